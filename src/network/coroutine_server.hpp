/// The server: a coroutine that accepts, and one for each client.
#pragma once

#include "network/coroutine_event.hpp"
#include "network/listener.hpp"
#include "network/timer_alarm.hpp"

#include <list>

namespace network {

class coroutine_server {
public:
    using serve = std::function<void(stream, coroutine_resources&, yield_context const&)>;

    /// As that of blocking_server; but `serve` is called in a coroutine, and the clients are dealt out to the loops.
    coroutine_server(std::list<coroutine_resources>& loops, std::size_t max_clients, serve f,
                     std::function<void(std::string const&)> warn);
    ~coroutine_server();

    /// Accepts clients, in the first loop, until the listener or the server is told to end.
    void open(listener& l);

    /// Runs the first loop in this thread, until stop(), and each other one in a thread of its own.
    void run();

    /// Makes run() return. To be called in the first loop.
    void stop();

    /// Runs the first loop until every client has been served, not longer than `limit`. False when some still are not.
    bool wait_for_clients(std::chrono::milliseconds limit);

private:
    void accept_clients(listener& l, yield_context const& yield);
    void accept_one(listener& l, yield_context const& yield);
    void start(std::shared_ptr<stream> const& client, coroutine_resources& loop);
    void free_place();

    std::list<coroutine_resources>& loops_;
    asio::io_context& first_ = loops_.front().io;
    std::list<coroutine_resources>::iterator next_loop_;
    std::size_t const max_clients_;
    serve const serve_;
    std::function<void(std::string const&)> const warn_;
    std::list<boost::thread> threads_;

    // Only the first loop touches these.
    coroutine_event changed_;
    bool stopping_ = false;
    std::size_t clients_ = 0;    ///< being served
    std::size_t listeners_ = 0;  ///< being waited on
};

}  // namespace network
