/// Time limits. A blocking call of Asio knows none: SO_RCVTIMEO and SO_SNDTIMEO have no effect on it. What does end
/// it is a shutdown() of its socket by somebody else, and a coroutine that waits is woken in the same way. So each
/// limit is an alarm, and the watchdog rings it: one for the whole server.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <set>
#include <utility>

namespace network {

using clock = std::chrono::steady_clock;
using time_point = clock::time_point;

class watchdog {
public:
    class alarm;

    /// Calls hurry() when it should go its rounds earlier than it has said.
    explicit watchdog(std::function<void()> hurry) : hurry_(std::move(hurry)) {}
    watchdog(watchdog const&) = delete;
    watchdog& operator=(watchdog const&) = delete;

    /// Rings the alarms that are due, and says when to go again.
    time_point go_round();

    /// Rings every alarm there is and will be.
    void stop();
    bool stopping() const { return stopping_; }

private:
    void ring(alarm& due, time_point now);
    void set(alarm& which, time_point due);

    std::function<void()> const hurry_;
    std::mutex mutex_;                                // for what follows
    std::set<std::pair<time_point, alarm*>> alarms_;  ///< in the order in which they are due
    time_point next_round_ = time_point::max();
    std::atomic<bool> stopping_ = false;
};

/// Calls `wake` when its time has come, and then every 100 ms until it is destroyed: a call that `wake` shall end may
/// just have been about to begin. Never calls it once the destructor has returned.
class watchdog::alarm {
public:
    alarm(watchdog& dog, time_point due, std::function<void()> wake);
    ~alarm();
    alarm(alarm const&) = delete;
    alarm& operator=(alarm const&) = delete;

    /// Not before `due`. Only notes it down, so that a pump can call this for every buffer.
    void postpone(time_point due) { postponed_ = due; }

    /// At `due`, and no postponing any more.
    void ring_at(time_point due);

    bool rang() const { return rang_; }

private:
    friend class watchdog;

    watchdog& dog_;
    std::function<void()> wake_;
    time_point due_ = time_point::max();
    std::atomic<time_point> postponed_ = time_point::min();
    bool fixed_ = false;
    std::atomic<bool> rang_ = false;
};

}  // namespace network
