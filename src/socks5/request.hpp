/// What the client wants, RFC 1928 section 4.
#pragma once

#include "socks5/address.hpp"
#include "socks5/greeting.hpp"

namespace socks5 {

enum class cmd : octet { connect = 1, bind = 2, udp_associate = 3 };

inline std::string_view name(cmd c) {
    switch (c) {
        case cmd::connect: return "CONNECT";
        case cmd::bind: return "BIND";
        case cmd::udp_associate: return "UDP ASSOCIATE";
    }
    return "unknown command";
}

/// The client's request.
///
///     +-----+-----+-------+------+----------+----------+
///     | VER | CMD |  RSV  | ATYP | DST.ADDR | DST.PORT |
///     +-----+-----+-------+------+----------+----------+
///     |  1  |  1  | X'00' |  1   | Variable |    2     |
///     +-----+-----+-------+------+----------+----------+
struct request {
    static constexpr std::string_view title = "request";

    octet ver = version;
    socks5::cmd cmd = cmd::connect;  ///< any octet, also one without a name
    octet rsv = 0;                   ///< should be 0; whatever it is changes nothing
    address dst;

    /// Throws malformed when VER is not 5. An unknown CMD is read to its end, an unknown ATYP ends the reading.
    static request receive(reader auto&& read) {
        auto const [ver, cmd, rsv] = take<3>(read);
        if (ver != version) throw malformed("version 0x" + hex(ver) + ", expected 0x05");
        return {ver, socks5::cmd(cmd), rsv, address::receive(read)};
    }

    socks5::fields fields() const {
        socks5::fields shown{{"VER", {ver}, "SOCKS version 5"},
                             {"CMD", {octet(cmd)}, std::string(name(cmd))},
                             {"RSV", {rsv}, rsv == 0 ? "reserved" : "reserved, should be 00"}};
        std::ranges::move(dst.fields("DST"), std::back_inserter(shown));
        return shown;
    }
};

}  // namespace socks5
