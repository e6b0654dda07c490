/// A UDP socket.
#pragma once

#include "network/batch.hpp"

#include <atomic>
#include <optional>

namespace network {

/// How to wait for datagrams is up to the caller.
class datagram_socket {
public:
    /// With `blocks`, the calls of the system wait. Otherwise they say would_block. Throws boost::system::system_error.
    datagram_socket(asio::io_context& io, udp::endpoint const& where, bool blocks = true);

    socks5::address local() const { return to_address(socket_.local_endpoint()); }

    /// The size of the next datagram, or nothing when the socket was ended. receive(socket, batch, error) waits for
    /// one, and lets the batch receive it; it may return without any, and says whether there can be more.
    std::optional<std::size_t> receive_from(std::span<socks5::octet> buffer, socks5::address& sender, auto&& receive) {
        while (!ended_) {
            if (has_more()) return take(buffer, sender);
            error_code error;  // of an earlier datagram: a target has refused it
            if (!receive(socket_, received_, error)) break;
        }
        return {};
    }

    /// Have more datagrams come with the last one? Then receive_from() will not have to wait.
    bool has_more() const { return !received_.empty(); }

    /// False when it is too large and cannot go. Others go with the next flush(), or are lost, as any datagram may be.
    bool send_to(std::span<socks5::octet const> data, socks5::address const& receiver, auto&& wait) {
        auto const to_ipv6 = ipv6_ && std::holds_alternative<socks5::ipv6>(receiver.host);
        if (data.size() > (to_ipv6 ? 65'527 : 65'507))
            return false;  // what fits behind the headers of IPv6, or of IPv4
        if (to_send_.full()) flush(wait);
        to_send_.put(data, endpoint_of(receiver));
        return true;
    }

    /// wait(socket, what) is called where the system would not wait itself.
    void flush(auto&& wait) {
        while (!to_send_.send(socket_)) wait(socket_, udp::socket::wait_write);
    }

    /// Ends receive_from(), now and ever after, from any thread.
    void end();

private:
    std::size_t take(std::span<socks5::octet> buffer, socks5::address& sender);
    udp::endpoint endpoint_of(socks5::address const& receiver) const;

    udp::socket socket_;
    bool ipv6_;  ///< the kind of socket: one for IPv6 sends to IPv4 addresses in their mapped form
    batch received_, to_send_;
    std::atomic<bool> ended_ = false;
};

}  // namespace network
