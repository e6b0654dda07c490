#include "capture/packet.hpp"

namespace capture {

namespace {

constexpr octet tcp = 6, udp = 17;

void append(octets& to, std::span<octet const> more) { to.insert(to.end(), more.begin(), more.end()); }
void append16(octets& to, std::size_t number) { append(to, octets{octet(number >> 8), octet(number)}); }
void append32(octets& to, std::size_t number) {
    append16(to, number >> 16);
    append16(to, number);
}

void put16(octets& at, std::size_t position, std::size_t number) {
    at[position] = octet(number >> 8);
    at[position + 1] = octet(number);
}

/// RFC 1071: the complement of the sum, in ones' complement.
std::size_t checksum(std::span<octet const> octets, std::size_t sum = 0) {
    for (std::size_t i = 0; i + 1 < octets.size(); i += 2)
        sum += static_cast<std::size_t>(octets[i] << 8 | octets[i + 1]);
    if (octets.size() % 2 != 0) sum += static_cast<std::size_t>(octets.back() << 8);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

/// Both addresses of a packet, in that order.
struct hosts {
    bool ipv6;
    octets both;
};

bool is_ipv4(socks5::host const& host) { return std::holds_alternative<socks5::ipv4>(host); }

octets encoded(socks5::host const& host) {
    return std::visit([](auto const& alternative) { return socks5::encoded(alternative); }, host);
}

/// Beside an IPv6 address, an IPv4 address is mapped, RFC 4291 section 2.5.5.2.
hosts hosts_of(socks5::host const& from, socks5::host const& to) {
    hosts found{!is_ipv4(from) || !is_ipv4(to), {}};
    for (auto const& host : {from, to}) {
        if (found.ipv6 && is_ipv4(host)) append(found.both, octets{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff});
        append(found.both, encoded(host));
    }
    return found;
}

octets ip_header(hosts const& hosts, octet protocol, std::size_t length) {
    constexpr octet hops = 64;
    octets header;
    if (hosts.ipv6) {
        header = {0x60, 0, 0, 0};
        append16(header, length);
        append(header, octets{protocol, hops});
        append(header, hosts.both);
    } else {
        header = {0x45, 0};
        append16(header, 20 + length);
        append(header, octets{0, 0, 0x40, 0, hops, protocol, 0, 0});  // 0x40: do not fragment
        append(header, hosts.both);
        put16(header, 10, checksum(header));
    }
    return header;
}

/// Fills in the checksum of TCP or UDP, at that position, and puts the header of IP in front. The sum also covers the
/// addresses, the protocol and the length: the pseudo header, RFC 9293 section 3.1.
octets packet(hosts const& hosts, octet protocol, octets payload, std::size_t position) {
    auto const addresses = ~checksum(hosts.both) & 0xffff;
    auto const sum = checksum(payload, addresses + protocol + payload.size());
    put16(payload, position, sum == 0 && protocol == udp ? 0xffff : sum);  // 0 in UDP: no checksum, RFC 768
    auto whole = ip_header(hosts, protocol, payload.size());
    append(whole, payload);
    return whole;
}

}  // namespace

octets packet_of(segment const& s) {
    // A maximum segment size of 1,460, no operation, and a window of 65,535 times 2 to the 7th: it is never full.
    auto const options = (s.control & syn) != 0 ? octets{2, 4, 0x05, 0xb4, 1, 3, 3, 7} : octets{};
    octets payload;
    append16(payload, s.from.port);
    append16(payload, s.to.port);
    append32(payload, s.sequence);
    append32(payload, s.acknowledgement);
    append(payload, octets{octet((20 + options.size()) / 4 << 4), s.control, 0xff, 0xff, 0, 0, 0, 0});
    append(payload, options);
    append(payload, s.data);
    return packet(hosts_of(s.from.host, s.to.host), tcp, std::move(payload), 16);
}

octets packet_of(datagram const& d) {
    octets payload;
    append16(payload, d.from.port);
    append16(payload, d.to.port);
    append16(payload, 8 + d.data.size());
    append16(payload, 0);
    append(payload, d.data);
    return packet(hosts_of(d.from.host, d.to.host), udp, std::move(payload), 6);
}

}  // namespace capture
