/// Datagrams that are received or sent together. Linux has calls for that, and a call costs more than a datagram:
/// batch_linux.cpp. Elsewhere they go one by one: batch.cpp.
#pragma once

#include "network/addresses.hpp"

#include <boost/asio/ip/udp.hpp>

#include <memory>
#include <span>

namespace network {

using asio::ip::udp;
using boost::system::error_code;

class batch {
public:
    bool empty() const { return first_ == last_; }
    bool full() const { return last_ == most; }

    /// Takes a datagram, and those that have come with it. To be called when it is empty. The error is would_block when
    /// there is none, and the socket does not wait by itself.
    void receive(udp::socket& from, error_code& error);

    /// Takes the first one out, and returns its size. What the buffer has no room for is lost.
    std::size_t take(std::span<socks5::octet> buffer, udp::endpoint& sender) {
        auto const n = std::min(buffer.size(), sizes_[first_]);
        std::copy_n(data(first_), n, buffer.begin());
        sender = peers_[first_++];
        return n;
    }

    /// Puts one in, behind the others. To be called unless it is full.
    void put(std::span<socks5::octet const> datagram, udp::endpoint const& receiver) {
        std::ranges::copy(datagram, data(last_));
        sizes_[last_] = datagram.size();
        peers_[last_++] = receiver;
    }

    /// Sends all. Those that cannot go are lost. False when the rest could go later: the socket does not
    /// wait by itself.
    bool send(udp::socket& from);

private:
    static constexpr std::size_t most = 16;
    static constexpr std::size_t largest = 65535;  ///< octets, RFC 768

    socks5::octet* data(std::size_t i) {
        if (!octets_) octets_ = std::make_unique_for_overwrite<socks5::octet[]>(most * largest);
        return &octets_[i * largest];
    }

    std::unique_ptr<socks5::octet[]> octets_;  ///< room for the largest; what is not used costs no memory
    std::array<std::size_t, most> sizes_ = {};
    std::array<udp::endpoint, most> peers_ = {};
    std::size_t first_ = 0, last_ = 0;
};

}  // namespace network
