/// The header of a datagram, RFC 1928 section 7.
#include "socks5/udp_header.hpp"

#include "message.hpp"
#include "session/udp_relay.hpp"

using fakes::operator+;

void fuzz(socks5::octets const& input) {
    auto const header = received<socks5::udp_header>(input);
    if (!header) return;
    check(header->dst);
    if (!header->dst.known()) return;

    std::span<socks5::octet const> data(input);
    auto const same = socks5::udp_header::receive(session::reader_of(data));
    auto const whole = socks5::octets_of(same) + socks5::octets(data.begin(), data.end());
    expect(whole == input, "a datagram is its header and its data");
}
