/// What all clients of a server share.
#pragma once

#include "network/crew.hpp"
#include "network/watchdog.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>

#include <atomic>
#include <optional>

namespace network {

struct resources {
    static constexpr std::size_t small_stack = 262'144, usual_stack = 0;  ///< octets

    /// Sockets belong to it, and that is all. It is never run: whoever ran it would be woken by every packet.
    boost::asio::io_context io;
    network::watchdog watchdog;
    crew look_ups{usual_stack};
    crew threads{small_stack};  ///< for clients, and the second things that they do

    std::optional<boost::asio::ip::address> outgoing;  ///< the local address of connections to targets
    std::atomic<int> pipes = 0;                        ///< how many more may be open, to move data in bulk
};

}  // namespace network
