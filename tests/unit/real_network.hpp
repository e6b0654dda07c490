/// What the tests of both networks share: connections on loopback, and what a session does with a network.
#pragma once

#include "network/sockets.hpp"

namespace real {

namespace asio = boost::asio;
using asio::ip::tcp;
using network::stream;
using network::time_point;
using socks5::octets;

inline asio::ip::address const loopback = asio::ip::address_v4::loopback();
inline constexpr auto never = time_point::max();

/// A connection with both its ends.
struct pair {
    tcp::acceptor acceptor;
    stream ours, theirs;

    explicit pair(asio::io_context& io)
        : acceptor(io, {loopback, 0}), ours(connected(), acceptor.local_endpoint()), theirs(acceptor.accept(), {}) {}

    tcp::socket connected() {
        tcp::socket socket(acceptor.get_executor());
        socket.connect(acceptor.local_endpoint());
        return socket;
    }
};

/// What comes, up to n octets. Fewer when the connection has ended.
octets read(auto& net, stream& from, std::size_t n) {
    octets whole(n);
    std::size_t size = 0;
    while (size < n) {
        auto const more = net.read_some(from, std::span(whole).subspan(size));
        if (more == 0) break;
        size += more;
    }
    whole.resize(size);
    return whole;
}

stream connect(auto& net, socks5::address const& target, time_point limit) {
    auto made = net.open_stream(target);
    net.connect(made, limit);
    return made;
}

/// Does somebody come while this client waits? What the client says is added to `said`.
bool comes(auto& net, network::listener& l, stream& client, octets& said) {
    auto watcher = net.watch(client, [&](std::span<socks5::octet const> more) {
        said.insert(said.end(), more.begin(), more.end());
        return true;
    });
    return net.accept(l, watcher).has_value();
}

socks5::rep rep_of(auto f) {
    try {
        f();
        return socks5::rep::succeeded;
    } catch (socks5::refused const& r) {
        return r.rep;
    }
}

}  // namespace real
