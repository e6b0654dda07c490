/// Time limits. A blocking call of Asio knows none: SO_RCVTIMEO and SO_SNDTIMEO have no effect on it. What does end it
/// is a shutdown() of its socket by another thread: the watchdog's, one for the whole server.
#pragma once

#include <boost/thread/scoped_thread.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>

namespace network {

using clock = std::chrono::steady_clock;
using time_point = clock::time_point;

class watchdog {
public:
    class alarm;

    watchdog() = default;
    ~watchdog();
    watchdog(watchdog const&) = delete;
    watchdog& operator=(watchdog const&) = delete;

    /// Rings every alarm there is and will be.
    void stop();
    bool stopping() const { return stopping_; }

private:
    void work();
    void time_is_up(alarm& due);
    void set(alarm& which, time_point due);

    std::mutex mutex_;                 // for what follows
    std::condition_variable changed_;  ///< an alarm is due earlier than the thread wakes, or it shall end
    std::set<std::pair<time_point, alarm*>> alarms_;  ///< in the order in which they are due
    time_point wakes_at_ = time_point::max();         ///< the thread, if nobody notifies it
    std::atomic<bool> stopping_ = false;
    bool closing_ = false;

    boost::scoped_thread<> thread_{[this] { work(); }};
};

/// Calls `wake` when its time has come, and then every 100 ms until it is destroyed: a call that `wake` shall end may
/// just have been about to begin. Never calls it once the destructor has returned. The watchdog is locked meanwhile, so
/// `wake` must neither wait nor touch an alarm.
class watchdog::alarm {
public:
    alarm(watchdog& dog, time_point due, std::function<void()> wake);
    ~alarm();
    alarm(alarm const&) = delete;
    alarm& operator=(alarm const&) = delete;

    /// Not before `due`. Only notes it down, which is cheap enough to be done for every buffer of data.
    void postpone(time_point due) { postponed_ = due; }

    /// Now, and no postponing any more.
    void ring();

    bool rang() const { return rang_; }

private:
    friend class watchdog;

    watchdog& dog_;
    std::function<void()> wake_;
    time_point due_ = time_point::max();
    std::atomic<time_point> postponed_ = time_point::min();
    std::atomic<bool> rang_ = false;
};

}  // namespace network
