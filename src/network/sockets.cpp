#include "network/sockets.hpp"

#include <boost/asio/ip/v6_only.hpp>
#include <boost/system/system_error.hpp>

#include <poll.h>

namespace network {

namespace {

/// Where a socket that is bound to `local` can be reached from this machine.
template <class Endpoint>
Endpoint own_door(Endpoint local) {
    if (!local.address().is_unspecified()) return local;
    if (local.address().is_v4()) return {asio::ip::address_v4::loopback(), local.port()};
    return {asio::ip::address_v6::loopback(), local.port()};
}

}  // namespace

listener::listener(asio::io_context& io, tcp::endpoint const& where) : io_(io), acceptor_(io, where) {
    prepare(acceptor_.native_handle());
}

std::optional<visitor> listener::accept() {
    while (!ended_) {
        error_code error;
        tcp::endpoint from;
        auto socket = acceptor_.accept(from, error);
        if (ended_) break;
        if (error == asio::error::connection_aborted) continue;  // it left before its turn came
        if (error) throw boost::system::system_error(error);
        return visitor{network::stream(std::move(socket)), from};
    }
    return {};
}

std::optional<visitor> listener::accept(stream& leaving) {
#ifdef POLLRDHUP
    constexpr short only_the_end = POLLRDHUP;
#else
    constexpr short only_the_end = 0;  // a reset is reported unasked
#endif
    pollfd waits[]{{acceptor_.native_handle(), POLLIN, 0}, {leaving.socket().native_handle(), POLLIN, 0}};
    while (!ended_) {
        if (::poll(waits, std::size(waits), -1) < 0 && errno != EINTR)
            throw boost::system::system_error(errno, boost::system::system_category());
        if (waits[0].revents != 0) return accept();
        if (waits[1].revents == 0) continue;
        char first = 0;
        error_code error;
        leaving.socket().receive(asio::buffer(&first, 1), tcp::socket::message_peek, error);
        if (error || waits[1].events == only_the_end) return {};
        waits[1].events = only_the_end;  // it has something to say, and will be read later
    }
    return {};
}

void listener::end() {
    if (ended_.exchange(true)) return;
    // Linux wakes accept() at a shutdown of the listening socket. Other systems say "not connected" and do nothing;
    // there a visitor wakes it: ourselves.
    if (::shutdown(acceptor_.native_handle(), SHUT_RDWR) == 0) return;
    error_code ignored;
    tcp::socket(io_).connect(own_door(acceptor_.local_endpoint(ignored)), ignored);
}

datagrams::datagrams(asio::io_context& io, udp::endpoint const& where) : socket_(io), ipv6_(where.address().is_v6()) {
    socket_.open(where.protocol());
    if (ipv6_) socket_.set_option(asio::ip::v6_only(false));  // "::" is for IPv4, too
    socket_.bind(where);
}

std::optional<std::size_t> datagrams::receive_from(asio::mutable_buffer buffer, udp::endpoint& sender) {
    while (!ended_) {
        error_code error;  // of an earlier datagram: a target has refused it
        auto const size = socket_.receive_from(asio::buffer(buffer), sender, 0, error);
        if (!error && !ended_) return size;
    }
    return {};
}

bool datagrams::send_to(asio::const_buffer data, udp::endpoint const& receiver) {
    error_code error;
    auto ip = receiver.address();
    if (ipv6_ && ip.is_v4()) ip = make_address_v6(asio::ip::v4_mapped, ip.to_v4());
    socket_.send_to(asio::buffer(data), {ip, receiver.port()}, 0, error);
    return !error;
}

void datagrams::end() {
    if (ended_.exchange(true)) return;
    error_code ignored;
    socket_.shutdown(udp::socket::shutdown_both, ignored);   // Linux wakes receive_from() though it reports an error
    send_to({}, own_door(socket_.local_endpoint(ignored)));  // elsewhere an empty datagram does
}

}  // namespace network
