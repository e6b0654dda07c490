#include "network/datagrams.hpp"

#include "network/own_door.hpp"

#include <boost/asio/ip/v6_only.hpp>

namespace network {

datagrams::datagrams(asio::io_context& io, udp::endpoint const& where) : socket_(io), ipv6_(where.address().is_v6()) {
    socket_.open(where.protocol());
    if (ipv6_) socket_.set_option(asio::ip::v6_only(false));  // "::" is for IPv4, too
    socket_.bind(where);
}

std::optional<std::size_t> datagrams::receive_from(std::span<socks5::octet> buffer, udp::endpoint& sender) {
    while (!ended_) {
        if (has_more()) return received_.take(buffer, sender);
        error_code error;  // of an earlier datagram: a target has refused it
        received_.receive(socket_, error);
    }
    return {};
}

bool datagrams::send_to(std::span<socks5::octet const> data, udp::endpoint receiver) {
    // In octets: what fits behind the headers of IPv6, or of IPv4.
    std::size_t const largest = ipv6_ && receiver.address().is_v6() ? 65'527 : 65'507;
    if (data.size() > largest) return false;
    if (ipv6_ && receiver.address().is_v4())
        receiver.address(make_address_v6(asio::ip::v4_mapped, receiver.address().to_v4()));
    if (to_send_.full()) flush();
    to_send_.put(data, receiver);
    return true;
}

void datagrams::flush() { to_send_.send(socket_); }

void datagrams::end() {
    if (ended_.exchange(true)) return;
    error_code ignored;
    socket_.shutdown(udp::socket::shutdown_both, ignored);  // Linux wakes receive_from() though it reports an error
    socket_.send_to(asio::buffer("", 0), own_door(socket_.local_endpoint(ignored)), 0, ignored);  // elsewhere: this
}

}  // namespace network
