#include "network/datagrams.hpp"

#include "network/own_door.hpp"

#include <boost/asio/ip/v6_only.hpp>

namespace network {

datagrams::datagrams(asio::io_context& io, udp::endpoint const& where, bool blocks,
                     std::unique_ptr<capture::datagrams> observer)
    : socket_(io), ipv6_(where.address().is_v6()), observer_(std::move(observer)) {
    socket_.open(where.protocol());
    if (ipv6_) socket_.set_option(asio::ip::v6_only(false));  // "::" is for IPv4, too
    socket_.bind(where);
    socket_.native_non_blocking(!blocks);
}

std::size_t datagrams::take(std::span<socks5::octet> buffer, udp::endpoint& sender) {
    auto const size = received_.take(buffer, sender);
    if (observer_) observer_->received(to_address(local()), to_address(sender), buffer.first(size));
    return size;
}

/// Also makes the receiver an address of the kind that the socket has.
bool datagrams::can_go(std::size_t size, udp::endpoint& receiver) const {
    // In octets: what fits behind the headers of IPv6, or of IPv4.
    std::size_t const largest = ipv6_ && receiver.address().is_v6() ? 65'527 : 65'507;
    if (ipv6_ && receiver.address().is_v4())
        receiver.address(make_address_v6(asio::ip::v4_mapped, receiver.address().to_v4()));
    return size <= largest;
}

void datagrams::end() {
    if (ended_.exchange(true)) return;
    error_code ignored;
    socket_.shutdown(udp::socket::shutdown_both, ignored);  // Linux wakes receive_from() though it reports an error
    socket_.send_to(asio::buffer("", 0), own_door(socket_.local_endpoint(ignored)), 0, ignored);  // elsewhere: this
}

}  // namespace network
