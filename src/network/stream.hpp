/// A TCP connection.
#pragma once

#include "network/addresses.hpp"
#include "network/errors.hpp"

#include <boost/asio/ip/tcp.hpp>

namespace network {

using asio::ip::tcp;

/// Pass data on at once (TCP_NODELAY), and notice within two minutes when a silent peer has vanished (keep-alive; with
/// data under way the system takes longer to give up). What a listening socket is told, those that it accepts inherit.
/// Failures are ignored.
void prepare(tcp::socket::native_handle_type socket);

/// A model of any_network::stream. Nothing in here waits, and nothing throws: the connection may have ended by itself.
class stream {
public:
    /// The socket is connected to this peer, or will be.
    stream(tcp::socket socket, tcp::endpoint const& peer) : socket_(std::move(socket)), peer_(peer) {}

    /// Chooses our own address, and a port, before the connection is made. If that fails, the system will choose.
    void bind(socks5::host const& local);

    socks5::address local() const;  ///< 0.0.0.0:0 when the connection has gone
    socks5::address peer() const { return to_address(peer_); }
    bool connected() const;

    void shutdown_send() { shut(tcp::socket::shutdown_send); }
    void shutdown_receive() { shut(tcp::socket::shutdown_receive); }
    void end() { shut(tcp::socket::shutdown_both); }
    void reset_on_close();

    tcp::socket& socket() { return socket_; }
    tcp::endpoint const& peer_endpoint() const { return peer_; }

private:
    void shut(tcp::socket::shutdown_type how);

    tcp::socket socket_;
    tcp::endpoint peer_;  // known even when the peer has left again
};

}  // namespace network
