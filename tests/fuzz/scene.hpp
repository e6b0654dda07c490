/// What the scenes of a script are made of.
#pragma once

#include "session_fixture.hpp"

namespace fakes {

inline bool is_ip(socks5::host const& host) {
    return std::holds_alternative<socks5::ipv4>(host) || std::holds_alternative<socks5::ipv6>(host);
}

inline octet number(reader& rest) { return socks5::take<1>(rest)[0]; }

/// An address that a network delivers.
inline address ip(reader& rest) {
    auto const any = address::receive(rest);
    if (!is_ip(any.host)) throw std::runtime_error("no IP address");
    return {session::unmapped(any.host), any.port};
}

inline world::packet packet(reader& rest) {
    auto const other = ip(rest);
    if (other.port == 0) throw std::runtime_error("nobody sends from port 0");
    return {rest.rest(), other};
}

/// How a connection ends, or does not, for the proxy.
inline void ending(wire& peer, octet bits) {
    peer.stays = bits & 1;
    if (bits & 6) peer.failure = "connection reset by peer";
    peer.deaf = bits & 4;
    peer.connected = !(bits & 8);
}

}  // namespace fakes
