/// The time limits of the coroutine network, and what else its clients share.
#pragma once

#include "network/resources.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <set>

namespace network {

using clock = std::chrono::steady_clock;
using time_point = clock::time_point;

class timer_alarm;

/// What the end of the io_context still needs: it destroys the coroutines that wait, and their alarms.
struct alarms_of_loop {
    bool stopping = false;
    std::set<timer_alarm*> alarms;
};

/// One thread runs the io_context. Others post to it, or make sockets for it, which Asio locks; all else that is here
/// belongs to that thread alone, and needs no lock.
struct coroutine_resources : alarms_of_loop, resources {
    asio::executor_work_guard<asio::io_context::executor_type> stays{io.get_executor()};  ///< while nobody waits

    /// Rings every alarm there is and will be. From any thread.
    void stop();
};

/// The twin of watchdog::alarm, and does the same; but what waits for the time is a timer of Asio, in the same thread.
class timer_alarm {
public:
    timer_alarm(coroutine_resources& shared, time_point due, std::function<void()> wake);
    ~timer_alarm();
    timer_alarm(timer_alarm const&) = delete;
    timer_alarm& operator=(timer_alarm const&) = delete;

    void postpone(time_point due) { postponed_ = due; }
    void ring();
    bool rang() const { return rang_; }

private:
    void wait_until(time_point due);
    void time_is_up();

    coroutine_resources& shared_;
    std::function<void()> wake_;
    time_point postponed_ = time_point::min();
    bool rang_ = false;
    asio::steady_timer timer_;
    std::shared_ptr<timer_alarm*> self_ = std::make_shared<timer_alarm*>(this);  ///< for a handler that comes too late
};

}  // namespace network
