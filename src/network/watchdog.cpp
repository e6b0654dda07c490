#include "network/watchdog.hpp"

namespace network {

using namespace std::chrono_literals;

watchdog::~watchdog() {
    {
        std::lock_guard const lock(mutex_);
        closing_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

void watchdog::work() {
    std::unique_lock lock(mutex_);
    while (!closing_) {
        wakes_at_ = alarms_.empty() ? time_point::max() : alarms_.begin()->first;
        if (wakes_at_ <= clock::now())
            time_is_up(*alarms_.begin()->second);
        else
            changed_.wait_until(lock, wakes_at_);
    }
}

void watchdog::time_is_up(alarm& due) {
    auto const now = clock::now();
    if (due.postponed_.load() > now && !due.rang_) return set(due, due.postponed_);
    due.rang_ = true;
    due.wake_();
    set(due, now + 100ms);
}

void watchdog::set(alarm& which, time_point due) {
    alarms_.erase({which.due_, &which});
    which.due_ = due;
    alarms_.emplace(due, &which);
    if (due < wakes_at_) changed_.notify_one();
}

void watchdog::stop() {
    std::lock_guard const lock(mutex_);
    stopping_ = true;
    for (auto const& [due, each] : std::set(alarms_)) {
        each->rang_ = true;
        set(*each, time_point::min());
    }
}

watchdog::alarm::alarm(watchdog& dog, time_point due, std::function<void()> wake) : dog_(dog), wake_(std::move(wake)) {
    std::lock_guard const lock(dog_.mutex_);
    rang_ = dog_.stopping_.load();
    dog_.set(*this, rang_ ? time_point::min() : due);
}

watchdog::alarm::~alarm() {
    std::lock_guard const lock(dog_.mutex_);
    dog_.alarms_.erase({due_, this});
}

void watchdog::alarm::ring() {
    std::lock_guard const lock(dog_.mutex_);
    if (!rang_.exchange(true)) dog_.set(*this, time_point::min());
}

}  // namespace network
