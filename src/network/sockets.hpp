/// Sockets that wait for strangers, and how another thread ends the wait. close() does not: the wait would go on.
#pragma once

#include "network/stream.hpp"

#include <boost/asio/ip/udp.hpp>

#include <atomic>
#include <optional>

namespace network {

using asio::ip::udp;

/// Who came.
struct visitor {
    network::stream stream;
    tcp::endpoint from;  ///< known even if the visitor has left again
};

/// A listening socket. All but end() may throw boost::system::system_error.
class listener {
public:
    listener(asio::io_context& io, tcp::endpoint const& where);

    tcp::endpoint local() const { return acceptor_.local_endpoint(); }

    /// The next connection, or nothing when the listener was ended.
    std::optional<visitor> accept();

    /// The same, but nothing also when `leaving` ends first. What it has sent stays there to be read.
    std::optional<visitor> accept(network::stream& leaving);

    /// Ends accept(), now and ever after, from any thread.
    void end();
    bool ended() const { return ended_; }

private:
    asio::io_context& io_;
    tcp::acceptor acceptor_;
    std::atomic<bool> ended_ = false;
};

/// A UDP socket.
class datagrams {
public:
    /// Throws boost::system::system_error.
    datagrams(asio::io_context& io, udp::endpoint const& where);

    udp::endpoint local() const { return socket_.local_endpoint(); }

    /// The size of the next datagram, or nothing when the socket was ended.
    std::optional<std::size_t> receive_from(asio::mutable_buffer buffer, udp::endpoint& sender);

    /// False when the datagram cannot go. It is lost then, as any datagram may be.
    bool send_to(asio::const_buffer data, udp::endpoint const& receiver);

    /// Ends receive_from(), now and ever after, from any thread.
    void end();

private:
    udp::socket socket_;
    bool ipv6_;  ///< the kind of socket: an IPv6 socket sends to IPv4 addresses in their mapped form
    std::atomic<bool> ended_ = false;
};

}  // namespace network
