/// What all clients share, however they wait.
#pragma once

#include "network/thread_pool.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>

#include <atomic>
#include <optional>

namespace network {

namespace asio = boost::asio;

struct resources {
    static constexpr std::size_t usual_stack = 0;

    asio::io_context io;                ///< sockets belong to it
    thread_pool look_ups{usual_stack};  ///< who knows what the system loads to look up a name

    std::optional<asio::ip::address> outgoing;  ///< the local address of connections to targets
    std::atomic<int> pipes = 0;                 ///< how many more may be open, to move data in bulk
};

}  // namespace network
