#include "socks5spec/origin.hpp"

namespace spec {

bool available(socks5::host const& host) {
    error_code error;
    udp::socket probe(io());
    udp::endpoint const endpoint(to_ip(host), 0);
    probe.open(endpoint.protocol(), error);
    if (!error) probe.bind(endpoint, error);
    return !error;
}

namespace {

template <class Socket, class Endpoint>
void open(Socket& socket, Endpoint const& endpoint) {
    auto const host = to_address(endpoint).host;
    if (!available(host)) not_run("this machine does not have " + to_string(host));
    socket.open(endpoint.protocol());
    socket.bind(endpoint);
}

}  // namespace

origin::origin(socks5::host const& host, int backlog, std::uint16_t port) : host_(host) {
    host == localhost ? listen_on_both(backlog) : listen(host, backlog, port);
}

void origin::listen_on_both(int backlog) {
    for (;;) {
        doors_.clear();
        listen(v4_loopback, backlog, 0);
        if (!available(v6_loopback)) return;
        try {
            return listen(v6_loopback, backlog, port());
        } catch (boost::system::system_error const&) {
            // That port is taken there: another one.
        }
    }
}

void origin::listen(socks5::host const& host, int backlog, std::uint16_t port) {
    tcp::acceptor door(io());
    open(door, tcp::endpoint(to_ip(host), port));
    door.listen(backlog);
    door.non_blocking(true);
    doors_.push_back(std::move(door));
}

connection origin::accept() {
    visited(current().patience);
    for (auto& door : doors_) {
        error_code nobody;
        auto socket = door.accept(nobody);
        if (nobody) continue;
        connection accepted(std::move(socket), "target");
        tell("target: accepts, from " + to_string(accepted.remote()));
        return accepted;
    }
    fail("a connection of the server to " + to_string(where()), "no connection, in the time limit");
}

bool origin::visited(std::chrono::milliseconds within) {
    waiting for_somebody;
    for (auto& door : doors_) for_somebody.readable(door);
    return for_somebody.until(clock::now() + within);
}

void origin::expect_nobody(std::chrono::milliseconds time) {
    if (!visited(time)) return;
    fail("no connection of the server to " + to_string(where()), "a connection");
}

address refusing(socks5::host const& host) { return origin(host).where(); }

udp_port::udp_port(std::string here, socks5::host const& host, std::uint16_t port)
    : here_(std::move(here)), socket_(io()) {
    open(socket_, udp::endpoint(to_ip(host), port));
    socket_.non_blocking(true);
}

void udp_port::send(address const& to, octets const& data) {
    error_code error;
    socket_.send_to(asio::buffer(data), {to_ip(to.host), to.port}, 0, error);
    tell(here_ + " " + to_string(where()) + " -> " + to_string(to) + "  " + count_of_octets(data.size()) +
         (error ? ": " + error.message() : ""));
}

std::optional<datagram> udp_port::receive_within(std::chrono::milliseconds time) {
    octets buffer(65535);
    udp::endpoint from;
    for (auto const limit = clock::now() + time;;) {
        error_code error;
        auto const n = socket_.receive_from(asio::buffer(buffer), from, 0, error);
        if (!error) {
            buffer.resize(n);
            tell(here_ + " gets " + count_of_octets(n) + " from " + to_string(to_address(from)));
            return datagram{buffer, to_address(from)};
        }
        // Other errors are refusals of what was sent before.
        if (error == asio::error::would_block && !waiting().readable(socket_).until(limit)) return {};
    }
}

datagram udp_port::receive() {
    if (auto came = receive_within(given().timeout)) return std::move(*came);
    fail("a datagram for the " + here_, "nothing, in the time limit");
}

void udp_port::expect_silence() {
    if (auto const came = receive_within(a_moment))
        fail("no datagram for the " + here_, count_of_octets(came->data.size()));
}

}  // namespace spec
