/// The server: an acceptor that waits, and a thread for each client.
#pragma once

#include "network/crew.hpp"
#include "network/listener.hpp"

#include <chrono>
#include <functional>

namespace network {

class blocking_server {
public:
    /// `serve` is called for each client, in one of the `threads`. `warn` is told of what keeps clients waiting, once
    /// each time, and of what `serve` throws. At most `max_clients` are served at once; the others wait their turn.
    blocking_server(crew& threads, std::size_t max_clients, std::function<void(visitor&)> serve,
                    std::function<void(std::string const&)> warn);

    /// Accepts clients until stop(). To be called by a thread for each door.
    void run(listener& door);

    /// Makes every run() return.
    void stop();

    /// Waits until every client has been served, though not longer than `limit`. False when some still are not.
    bool wait_for_clients(std::chrono::milliseconds limit);

private:
    void start(visitor client);
    void leave();
    void rest();

    crew& threads_;
    std::size_t const max_clients_;
    std::function<void(visitor&)> const serve_;
    std::function<void(std::string const&)> const warn_;

    std::mutex mutex_;
    std::condition_variable changed_;
    bool stopping_ = false;
    std::size_t clients_ = 0;  ///< being served
};

}  // namespace network
