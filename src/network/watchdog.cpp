#include "network/watchdog.hpp"

namespace network {

using namespace std::chrono_literals;

watchdog::watchdog() : thread_([this] { watch(); }) {}

watchdog::~watchdog() {
    {
        std::lock_guard const lock(mutex_);
        done_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

void watchdog::stop() {
    std::lock_guard const lock(mutex_);
    stopping_ = true;
    auto const all = std::exchange(alarms_, {});
    for (auto const& [due, each] : all) set(*each, time_point::min());
    changed_.notify_one();
}

void watchdog::watch() {
    std::unique_lock lock(mutex_);
    while (!done_) {
        auto const now = clock::now();
        while (!alarms_.empty() && alarms_.begin()->first <= now) ring(*alarms_.begin()->second, now);
        wakes_up_ = alarms_.empty() ? time_point::max() : alarms_.begin()->first;
        changed_.wait_until(lock, wakes_up_);
    }
}

void watchdog::ring(alarm& due, time_point now) {
    if (due.postponed_.load() > now && !due.fixed_ && !stopping_) return set(due, due.postponed_);
    due.rang_ = true;
    due.wake_();
    set(due, now + 100ms);
}

void watchdog::set(alarm& which, time_point due) {
    alarms_.erase({which.due_, &which});
    which.due_ = due;
    alarms_.emplace(due, &which);
    if (due < wakes_up_) changed_.notify_one();
}

watchdog::alarm::alarm(watchdog& dog, time_point due, std::function<void()> wake) : dog_(dog), wake_(std::move(wake)) {
    std::lock_guard const lock(dog_.mutex_);
    dog_.set(*this, dog_.stopping_ ? time_point::min() : due);
}

watchdog::alarm::~alarm() {
    std::lock_guard const lock(dog_.mutex_);
    dog_.alarms_.erase({due_, this});
}

void watchdog::alarm::ring_at(time_point due) {
    std::lock_guard const lock(dog_.mutex_);
    fixed_ = true;
    if (due < due_) dog_.set(*this, due);
}

}  // namespace network
