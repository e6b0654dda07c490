#include "network/watchdog.hpp"

namespace network {

using namespace std::chrono_literals;

void watchdog::stop() {
    std::lock_guard const lock(mutex_);
    stopping_ = true;
    auto const all = std::exchange(alarms_, {});
    for (auto const& [due, each] : all) set(*each, time_point::min());
}

time_point watchdog::go_round() {
    std::lock_guard const lock(mutex_);
    auto const now = clock::now();
    while (!alarms_.empty() && alarms_.begin()->first <= now) ring(*alarms_.begin()->second, now);
    next_round_ = alarms_.empty() ? time_point::max() : alarms_.begin()->first;
    return next_round_;
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
    if (due >= next_round_) return;
    next_round_ = due;
    hurry_();
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
