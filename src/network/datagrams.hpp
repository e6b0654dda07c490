/// A UDP socket.
#pragma once

#include "network/batch.hpp"

#include <atomic>
#include <optional>

namespace network {

class datagrams {
public:
    /// Throws boost::system::system_error.
    datagrams(asio::io_context& io, udp::endpoint const& where);

    udp::endpoint local() const { return socket_.local_endpoint(); }

    /// The size of the next datagram, or nothing when the socket was ended.
    std::optional<std::size_t> receive_from(std::span<socks5::octet> buffer, udp::endpoint& sender);

    /// Have more datagrams come with the last one? Then receive_from() will not have to wait.
    bool has_more() const { return !received_.empty(); }

    /// False when it is too large and cannot go. Others go with the next flush(), or are lost, as any datagram may be.
    bool send_to(std::span<socks5::octet const> data, udp::endpoint receiver);
    void flush();

    /// Ends receive_from(), now and ever after, from any thread.
    void end();

private:
    udp::socket socket_;
    bool ipv6_;  ///< the kind of socket: one for IPv6 sends to IPv4 addresses in their mapped form
    batch received_, to_send_;
    std::atomic<bool> ended_ = false;
};

}  // namespace network
