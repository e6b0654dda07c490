/// How a coroutine waits for something that another one changes, or a thread.
#pragma once

#include "network/spawn.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/steady_timer.hpp>

namespace network {

/// The twin of event: a timer that never comes to its end by itself, but can be cancelled.
class coroutine_event {
public:
    explicit coroutine_event(asio::io_context& io) : io_(io), changed_(io, asio::steady_timer::time_point::max()) {}

    /// Waits until the condition holds.
    void wait(auto&& condition, yield_context const& yield) {
        boost::system::error_code cancelled;
        while (!condition()) changed_.async_wait(yield[cancelled]);
    }

    /// Changes something by f(), in the thread of the coroutines, and wakes those who wait. From any thread, but from
    /// another one f() runs later.
    void change(auto f) {
        asio::dispatch(io_, [this, f = std::move(f)]() mutable {
            f();
            changed_.cancel();
        });
    }

private:
    asio::io_context& io_;
    asio::steady_timer changed_;
};

}  // namespace network
