#include "socks5spec/origin.hpp"

namespace spec {

namespace {

template <class Socket, class Endpoint>
void open(Socket& socket, Endpoint const& endpoint) {
    error_code error;
    socket.open(endpoint.protocol(), error);
    if (!error) socket.bind(endpoint, error);
    if (error == asio::error::address_in_use) throw boost::system::system_error(error);
    if (error) not_run("this machine does not have " + to_string(to_address(endpoint).host));
}

}  // namespace

origin::origin(socks5::host const& host, int backlog, std::uint16_t port) : acceptor_(io()) {
    open(acceptor_, tcp::endpoint(to_ip(host), port));
    acceptor_.listen(backlog);
    acceptor_.non_blocking(true);
}

connection origin::accept() {
    if (!waiting().readable(acceptor_).until(in_time()))
        fail("a connection of the server to " + to_string(where()), "no connection, in the time limit");
    connection accepted(acceptor_.accept(), "target");
    tell("target: accepts, from " + to_string(accepted.remote()));
    return accepted;
}

bool origin::visited(std::chrono::milliseconds within) {
    return waiting().readable(acceptor_).until(clock::now() + within);
}

void origin::expect_nobody(std::chrono::milliseconds time) {
    if (!visited(time)) return;
    fail("no connection of the server to " + to_string(where()), "a connection");
}

address refusing(socks5::host const& host) { return origin(host).where(); }

udp_port::udp_port(std::string here, socks5::host const& host) : here_(std::move(here)), socket_(io()) {
    open(socket_, udp::endpoint(to_ip(host), 0));
    socket_.non_blocking(true);
}

void udp_port::send(address const& to, octets const& data) {
    error_code error;
    socket_.send_to(asio::buffer(data), {to_ip(to.host), to.port}, 0, error);
    tell(here_ + " " + to_string(where()) + " -> " + to_string(to) + "  " + std::to_string(data.size()) + " octets" +
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
            tell(here_ + " gets " + std::to_string(n) + " octets from " + to_string(to_address(from)));
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
        fail("no datagram for the " + here_, std::to_string(came->data.size()) + " octets");
}

}  // namespace spec
