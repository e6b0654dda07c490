#include "socks5spec/connection.hpp"

#include "socks5spec/taken.hpp"

#include <boost/asio/buffer.hpp>

#include <sys/socket.h>

#include <thread>

namespace spec {

namespace {

template <class Endpoint>
address from_endpoint(Endpoint const& endpoint) {
    auto const ip = endpoint.address();
    if (ip.is_v4()) return {socks5::ipv4{ip.to_v4().to_bytes()}, endpoint.port()};
    return {socks5::ipv6{ip.to_v6().to_bytes()}, endpoint.port()};
}

}  // namespace

address to_address(tcp::endpoint const& endpoint) { return from_endpoint(endpoint); }
address to_address(udp::endpoint const& endpoint) { return from_endpoint(endpoint); }

asio::ip::address to_ip(socks5::host const& host) {
    if (auto const* v4 = std::get_if<socks5::ipv4>(&host)) return asio::ip::address_v4(v4->octets);
    return asio::ip::address_v6(std::get<socks5::ipv6>(host).octets);
}

time_point in_time() { return clock::now() + current().patience; }

connection::connection(tcp::socket socket, std::string here) : socket_(std::move(socket)), here_(std::move(here)) {
    socket_.non_blocking(true);
    error_code gone;
    socket_.set_option(tcp::no_delay(true), gone);
    remote_ = to_address(socket_.remote_endpoint(gone));
}

address connection::local() const {
    error_code gone;
    return to_address(socket_.local_endpoint(gone));
}

std::size_t connection::write_some(std::span<octet const> some) {
    error_code error;
    return write_some(some, error);
}

std::size_t connection::write_some(std::span<octet const> some, error_code& error) {
    auto const n = socket_.write_some(asio::buffer(some.data(), some.size()), error);
    sent_ += n;
    return n;
}

void connection::write(octets const& all) {
    constexpr std::size_t shown = 16;
    auto const sent = try_to_write(all);
    tell("sends " + count_of_octets(sent) + (sent > 0 && all.size() <= shown ? ", " + socks5::hex(all) : ""));
    if (sent == all.size()) return;
    tell_if_closed(sent, all.size());
    point_at();
    fail("that the " + here_ + " can send", "the server has closed the connection");
}

void connection::tell_if_closed(std::size_t sent, std::size_t all) const {
    if (sent < all)
        tell("the server has closed: " + std::to_string(sent) + " of " + count_of_octets(all) + " were sent");
}

void connection::point_at() const {
    current().filter =
        "tcp.port == " + std::to_string(local().port) + " and tcp.port == " + std::to_string(remote_.port);
}

std::size_t connection::try_to_write(octets const& all) {
    auto const limit = in_time();
    std::span<octet const> rest(all);
    error_code error;
    while (!rest.empty()) {
        rest = rest.subspan(write_some(rest, error));
        if (error && error != asio::error::would_block) break;
        if (error && !waiting().writable(socket_).until(limit))
            fail("that the " + here_ + " can send", "the server takes nothing, in the time limit");
    }
    return all.size() - rest.size();
}

std::optional<bool> connection::wait_until_taken(std::chrono::milliseconds patience) {
    auto const here = local();
    for (auto const limit = clock::now() + patience; clock::now() < limit; std::this_thread::sleep_for(100us)) {
        auto const taken = taken_by_peer(here, remote_);
        if (!taken) return {};
        // Twice, because what has come and what of it is unread are not looked at in the same moment.
        if (taken == sent_ && taken_by_peer(here, remote_) == sent_) return true;
    }
    return false;
}

arrival connection::read_some(std::size_t most, time_point limit) {
    octets buffer(most);
    for (error_code error;;) {
        auto const n = socket_.read_some(asio::buffer(buffer), error);
        buffer.resize(n);
        if (!error) return {arrival::data, buffer};
        if (error == asio::error::eof) return {arrival::end};
        if (error != asio::error::would_block) return {arrival::reset};
        if (!waiting().readable(socket_).until(limit)) return {arrival::nothing};
        buffer.resize(most);
    }
}

void connection::end() {
    error_code gone;
    socket_.shutdown(tcp::socket::shutdown_send, gone);
    tell("ends its direction (FIN)");
}

void connection::close() {
    error_code gone;
    socket_.close(gone);
    tell("closes");
}

void connection::reset() {
    // Not by Asio's option, because close() of its socket would take that back.
    linger const at_once{1, 0};
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    error_code gone;
    socket_.close(gone);
    tell("resets (RST)");
}

std::optional<tcp::socket> try_to_connect(tcp::endpoint const& to, time_point limit,
                                          std::optional<asio::ip::address> const& from) {
    tcp::socket socket(io());
    socket.open(to.protocol());
    if (from) socket.bind({*from, 0});
    auto error = asio::error::make_error_code(asio::error::would_block);
    socket.async_connect(to, [&](error_code e) { error = e; });
    io().restart();
    io().run_until(limit);
    socket.cancel();
    io().restart();
    io().run();
    if (error && error != asio::error::connection_reset) return {};  // who is reset was connected
    return socket;
}

}  // namespace spec
