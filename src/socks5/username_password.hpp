/// The login, RFC 1929: a name and a password in clear text.
#pragma once

#include "socks5/field.hpp"

namespace socks5 {

/// The version of this subnegotiation; it has nothing to do with the version of SOCKS.
inline constexpr octet login_version = 1;

/// The client's name and password, RFC 1929 section 2.
///
///     +-----+------+----------+------+----------+
///     | VER | ULEN |  UNAME   | PLEN |  PASSWD  |
///     +-----+------+----------+------+----------+
///     |  1  |  1   | 1 to 255 |  1   | 1 to 255 |
///     +-----+------+----------+------+----------+
struct login {
    static constexpr std::string_view title = "login";
    static constexpr bool has_secrets = true;

    octet ver = login_version;
    octet ulen = 0;
    std::string uname = {};
    octet plen = 0;
    std::string passwd = {};

    /// Stops after ULEN when VER is not 1: what follows then is unknown.
    static login receive(reader auto&& read) {
        auto const text = [&](std::size_t length) {
            auto const taken = read(length);
            return std::string(taken.begin(), taken.end());
        };
        auto const [ver, ulen] = take<2>(read);
        if (ver != login_version) return {ver, ulen};
        auto const uname = text(ulen);
        auto const [plen] = take<1>(read);
        return {ver, ulen, uname, plen, text(plen)};
    }

    /// Neither name nor password may be empty.
    bool valid() const { return ver == login_version && ulen > 0 && plen > 0; }

    socks5::fields fields() const {
        socks5::fields shown{{"VER", {ver}, "version of the subnegotiation"},
                             {"ULEN", {ulen}, count_of_octets(ulen) + " of name"}};
        if (ver != login_version) return shown;
        shown.push_back({"UNAME", octets(uname.begin(), uname.end()), '"' + printable(uname) + '"'});
        shown.push_back({"PLEN", {plen}, "length of the password", true});
        shown.push_back({"PASSWD", octets(passwd.begin(), passwd.end()), "the password", true});
        return shown;
    }
};

/// The server's verdict, RFC 1929 section 2. After any STATUS but 0 the server must close.
///
///     +-----+--------+
///     | VER | STATUS |
///     +-----+--------+
///     |  1  |   1    |
///     +-----+--------+
struct login_status {
    static constexpr std::string_view title = "login status";

    bool success;

    octet status() const { return success ? 0x00 : 0x01; }

    void send(writer auto&& write) const { write({login_version, status()}); }

    socks5::fields fields() const {
        return {{"VER", {login_version}, "version of the subnegotiation"},
                {"STATUS", {status()}, success ? "success" : "failure"}};
    }
};

}  // namespace socks5
