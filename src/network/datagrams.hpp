/// A UDP socket.
#pragma once

#include "capture/datagrams.hpp"
#include "network/addresses.hpp"
#include "network/batch.hpp"

#include <atomic>
#include <optional>

namespace network {

class datagrams {
public:
    /// Throws boost::system::system_error. With `blocks`, its calls wait by themselves. Otherwise they call
    /// wait(socket, what), and it is on that one to wait. The observer is told of every datagram, unless there is none.
    datagrams(asio::io_context& io, udp::endpoint const& where, bool blocks,
              std::unique_ptr<capture::datagrams> observer = {});

    udp::endpoint local() const { return socket_.local_endpoint(); }

    /// The size of the next datagram, or nothing when the socket was ended.
    std::optional<std::size_t> receive_from(std::span<socks5::octet> buffer, udp::endpoint& sender, auto&& wait) {
        while (!ended_) {
            if (has_more()) return take(buffer, sender);
            error_code error;  // of an earlier datagram: a target has refused it
            received_.receive(socket_, error);
            if (error == asio::error::would_block) wait(socket_, udp::socket::wait_read);
        }
        return {};
    }

    /// Have more datagrams come with the last one? Then receive_from() will not have to wait.
    bool has_more() const { return !received_.empty(); }

    /// False when it is too large and cannot go. Others go with the next flush(), or are lost, as any datagram may be.
    bool send_to(std::span<socks5::octet const> data, udp::endpoint receiver, auto&& wait) {
        if (!can_go(data.size(), receiver)) return false;
        if (to_send_.full()) flush(wait);
        to_send_.put(data, receiver);
        if (observer_) observer_->sent(to_address(local()), to_address(receiver), data);
        return true;
    }

    void flush(auto&& wait) {
        while (!to_send_.send(socket_)) wait(socket_, udp::socket::wait_write);
    }

    /// Ends receive_from(), now and ever after, from any thread.
    void end();

private:
    std::size_t take(std::span<socks5::octet> buffer, udp::endpoint& sender);
    bool can_go(std::size_t size, udp::endpoint& receiver) const;

    udp::socket socket_;
    bool ipv6_;  ///< the kind of socket: one for IPv6 sends to IPv4 addresses in their mapped form
    batch received_, to_send_;
    std::atomic<bool> ended_ = false;
    std::unique_ptr<capture::datagrams> observer_;
};

}  // namespace network
