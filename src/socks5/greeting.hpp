/// The first two messages, RFC 1928 section 3: what the client offers, and what the server selects.
#pragma once

#include "socks5/field.hpp"

namespace socks5 {

inline constexpr octet version = 5;

/// How a client may prove who it is.
enum class method : octet {
    no_authentication_required = 0x00,
    gssapi = 0x01,
    username_password = 0x02,
    no_acceptable_methods = 0xff,
};

/// The name that RFC 1928 section 3 gives the method.
inline std::string_view name(method m) {
    switch (m) {
        case method::no_authentication_required: return "no authentication required";
        case method::gssapi: return "GSSAPI";
        case method::username_password: return "username/password";
        case method::no_acceptable_methods: return "no acceptable methods";
    }
    return octet(m) < 0x80 ? "IANA assigned" : "reserved for private methods";
}

/// The client's first message.
///
///     +-----+----------+----------+
///     | VER | NMETHODS | METHODS  |
///     +-----+----------+----------+
///     |  1  |    1     | 1 to 255 |
///     +-----+----------+----------+
struct greeting {
    static constexpr std::string_view title = "greeting";

    octet ver = version;
    octet nmethods = 0;
    octets methods;

    /// Throws malformed when VER is not 5: what follows then is unknown.
    static greeting receive(reader auto&& read) {
        auto const [ver, nmethods] = take<2>(read);
        if (ver != version) throw malformed("version 0x" + hex(ver) + ", expected 0x05" + guess(ver));
        return {ver, nmethods, read(nmethods)};
    }

    bool offers(method m) const { return std::ranges::find(methods, octet(m)) != methods.end(); }

    socks5::fields fields() const {
        std::string offered;
        for (octet const m : methods) offered += (offered.empty() ? "" : ", ") + std::string(name(method(m)));
        return {{"VER", {ver}, "SOCKS version 5"},
                {"NMETHODS", {nmethods}, std::to_string(nmethods) + (nmethods == 1 ? " method" : " methods")},
                {"METHODS", methods, offered}};
    }

private:
    /// Who speaks to a SOCKS port and does not speak SOCKS5.
    static std::string guess(octet first) {
        if (first == 0x04) return "; a SOCKS4 client?";
        if (first == 0x16) return "; a TLS client?";
        if (first == 'S') return "; an SSH client?";
        if (std::string_view("CDGHOPT").find(char(first)) != std::string_view::npos) return "; an HTTP client?";
        return "";
    }
};

/// The server's answer.
///
///     +-----+--------+
///     | VER | METHOD |
///     +-----+--------+
///     |  1  |   1    |
///     +-----+--------+
struct method_selection {
    static constexpr std::string_view title = "method selection";

    socks5::method method;

    void send(writer auto&& write) const { write({version, octet(method)}); }

    socks5::fields fields() const {
        return {{"VER", {version}, "SOCKS version 5"}, {"METHOD", {octet(method)}, std::string(name(method))}};
    }
};

}  // namespace socks5
