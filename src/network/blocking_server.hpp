/// The server: acceptors that wait, and a thread for each client.
#pragma once

#include "network/event.hpp"
#include "network/listener.hpp"
#include "network/thread_pool.hpp"

#include <chrono>
#include <functional>

namespace network {

class blocking_server {
public:
    /// `serve` is called for each client, in one of the `threads`. `warn` is told of what keeps clients waiting, once
    /// each time, and of what `serve` throws. At most `max_clients` are served at once; the others wait their turn.
    blocking_server(thread_pool& threads, std::size_t max_clients, std::function<void(stream)> serve,
                    std::function<void(std::string const&)> warn);

    /// Waits until no client is served any more.
    ~blocking_server();

    /// Accepts clients until stop(). To be called by a thread for each listener.
    void run(listener& l);

    /// Makes every run() return, as soon as its listener is ended.
    void stop();

    /// Waits until every client has been served, though not longer than `limit`. False when some still are not.
    bool wait_for_clients(std::chrono::milliseconds limit);

private:
    void start(stream client);
    bool wait_for_place();
    void free_place();

    thread_pool& threads_;
    std::size_t const max_clients_;
    std::function<void(stream)> const serve_;
    std::function<void(std::string const&)> const warn_;

    event changed_;  // for what follows
    bool stopping_ = false;
    std::size_t clients_ = 0;  ///< being served
};

}  // namespace network
