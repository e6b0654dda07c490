/// IP packets, made up around octets that the proxy has read or written: RFC 791, 8200, 9293 and 768.
#pragma once

#include "socks5/address.hpp"

#include <span>

namespace capture {

using socks5::octet;
using socks5::octets;

/// The control bits of TCP, RFC 9293 section 3.1.
enum control : octet { fin = 0x01, syn = 0x02, rst = 0x04, psh = 0x08, ack = 0x10 };

struct segment {
    socks5::address from, to;
    std::uint32_t sequence = 0;         ///< of the first octet
    std::uint32_t acknowledgement = 0;  ///< of the octet that is expected next
    octet control = 0;
    std::span<octet const> data = {};
};

struct datagram {
    socks5::address from, to;
    std::span<octet const> data;
};

/// A whole IP packet with valid checksums: IPv4 when both hosts are, otherwise IPv6.
octets packet_of(segment const& s);
octets packet_of(datagram const& d);

}  // namespace capture
