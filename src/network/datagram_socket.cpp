#include "network/datagram_socket.hpp"

#include <boost/asio/ip/v6_only.hpp>

namespace network {

datagram_socket::datagram_socket(asio::io_context& io, udp::endpoint const& where, bool blocks)
    : socket_(io), ipv6_(where.address().is_v6()) {
    socket_.open(where.protocol());
    if (ipv6_) socket_.set_option(asio::ip::v6_only(false));  // "::" is for IPv4, too
    socket_.bind(where);
    socket_.non_blocking(!blocks);
}

std::size_t datagram_socket::take(std::span<socks5::octet> buffer, socks5::address& sender) {
    udp::endpoint endpoint;
    auto const size = received_.take(buffer, endpoint);
    sender = to_address(endpoint);
    return size;
}

udp::endpoint datagram_socket::endpoint_of(socks5::address const& receiver) const {
    auto const ip = to_ip(receiver.host);
    if (ipv6_ && ip.is_v4()) return {make_address_v6(asio::ip::v4_mapped, ip.to_v4()), receiver.port};
    return {ip, receiver.port};
}

void datagram_socket::end() {
    if (ended_.exchange(true)) return;
    error_code ignored;
    socket_.shutdown(udp::socket::shutdown_both, ignored);  // Linux wakes whoever waits, though it reports an error
    auto const here = socket_.local_endpoint(ignored);
    socket_.send_to(asio::buffer("", 0), way_to_ourselves(here), 0, ignored);  // elsewhere: this
}

}  // namespace network
