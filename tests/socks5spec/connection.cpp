#include "socks5spec/connection.hpp"

#include <boost/asio/buffer.hpp>

#include <sys/socket.h>

namespace spec {

namespace {

template <class Endpoint>
address from_endpoint(Endpoint const& endpoint) {
    auto const ip = endpoint.address();
    if (ip.is_v4()) return {socks5::ipv4{ip.to_v4().to_bytes()}, endpoint.port()};
    return {socks5::ipv6{ip.to_v6().to_bytes()}, endpoint.port()};
}

/// "hello" or "00 01 02 ...", a piece around the first octet that differs.
socks5::fields comparison(octets const& wanted, octets const& got, std::size_t at) {
    auto const from = at < 8 ? 0 : at - 8;
    auto const piece = [&](octets const& all) {
        auto const to = std::min(all.size(), from + 16);
        return octets(all.begin() + std::ptrdiff_t(std::min(from, to)), all.begin() + std::ptrdiff_t(to));
    };
    return {{"expected", piece(wanted), "from octet " + std::to_string(from)}, {"came", piece(got), ""}};
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
    return socket_.write_some(asio::buffer(some.data(), some.size()), error);
}

void connection::write(octets const& all) {
    if (!try_to_write(all)) fail("that the " + here_ + " can send", "the server has closed the connection");
}

bool connection::try_to_write(octets const& all) {
    auto const limit = in_time();
    std::span<octet const> rest(all);
    error_code error;
    while (!rest.empty()) {
        rest = rest.subspan(socket_.write_some(asio::buffer(rest.data(), rest.size()), error));
        if (error && error != asio::error::would_block) return false;
        if (error && !waiting().writable(socket_).until(limit))
            fail("that the " + here_ + " can send", "the server takes nothing, in the time limit");
    }
    return true;
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

std::string in_words(arrival const& came) {
    switch (came.what) {
        case arrival::data: return "octets: " + socks5::hex(came.octets);
        case arrival::end: return "the end of the connection (FIN)";
        case arrival::reset: return "a reset of the connection (RST)";
        case arrival::nothing: return "nothing, in the time limit";
    }
    return {};
}

octets connection::read(std::size_t n, std::string const& what) {
    auto const limit = in_time();
    octets all;
    while (all.size() < n) {
        auto const came = read_some(n - all.size(), limit);
        if (came.what != arrival::data)
            fail(what + ", " + std::to_string(n) + (n == 1 ? " octet" : " octets") + ", for the " + here_,
                 (all.empty() ? "" : "only " + std::to_string(all.size()) + " of them, then ") + in_words(came));
        all = all + came.octets;
    }
    return all;
}

void expect_same(std::string const& here, octets const& wanted, octets const& got, std::size_t offset) {
    auto const [w, g] = std::ranges::mismatch(wanted, got);
    if (w == wanted.end() && g == got.end()) return;
    auto const at = std::size_t(w - wanted.begin());
    auto const caret = std::min<std::size_t>(at, 8);
    current().story.push_back({here + ": compares", comparison(wanted, got, at), {{"came", caret}}});
    auto const first = offset + at == 0;
    fail(
        "the octets that were sent, unchanged and in order", "another octet at offset " + std::to_string(offset + at),
        first
            ? "Something else stands in front of them: a second reply, or one that is too long?"
            : "From there on octets are missing, doubled or mixed up. Does send() take fewer octets than it was given? "
              "Is a buffer shared between two directions, or too small?");
}

void connection::expect_data(octets const& wanted) {
    stands_on(plain::reply);
    stands_on(plain::data);
    auto const got = read(wanted.size(), "data");
    tell("gets " + std::to_string(got.size()) + " octets");
    expect_same(here_, wanted, got);
}

void connection::expect_end(std::chrono::milliseconds within, bool orderly, std::string const& of_reset) {
    auto const came = read_some(64, clock::now() + within);
    if (came.what == arrival::end || (came.what == arrival::reset && !orderly)) return tell("sees the end");
    fail("the end of the connection for the " + here_ + (orderly ? " (FIN)" : ""), in_words(came),
         came.what == arrival::data    ? "More comes than should. Is a message too long, or sent twice, or does the "
                                         "server go on after its last word?"
         : came.what == arrival::reset ? of_reset
                                       : "");
}

void connection::expect_reset() {
    for (auto const limit = in_time();;) {
        auto const came = read_some(65536, limit);
        if (came.what == arrival::reset) return tell("sees the reset");
        if (came.what != arrival::data) fail("a reset of the connection for the " + here_ + " (RST)", in_words(came));
    }
}

void connection::expect_silence(std::chrono::milliseconds time) {
    auto const came = read_some(64, clock::now() + time);
    if (came.what != arrival::nothing) fail("nothing for the " + here_ + " yet, and no end", in_words(came));
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
