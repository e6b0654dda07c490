/// What all clients share, however they wait.
#pragma once

#include "network/crew.hpp"
#include "network/watchdog.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>

#include <atomic>
#include <optional>

namespace network {

struct resources {
    static constexpr std::size_t usual_stack = 0;

    boost::asio::io_context io;  ///< sockets belong to it
    network::watchdog watchdog;
    crew look_ups{usual_stack};  ///< who knows what the system loads to look up a name

    std::optional<boost::asio::ip::address> outgoing;  ///< the local address of connections to targets
    std::atomic<int> pipes = 0;                        ///< how many more may be open, to move data in bulk
    bool const sockets_block;                          ///< or do they say when they would?

protected:
    resources(bool sockets_do_block, std::function<void()> hurry_watchdog)
        : watchdog(std::move(hurry_watchdog)), sockets_block(sockets_do_block) {}
    ~resources() = default;
};

}  // namespace network
