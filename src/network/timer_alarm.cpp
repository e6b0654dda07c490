#include "network/timer_alarm.hpp"

#include <boost/asio/dispatch.hpp>

namespace network {

using namespace std::chrono_literals;

void coroutine_resources::stop() {
    asio::dispatch(io, [this] {
        stopping = true;
        for (auto* each : alarms) each->ring();
    });
}

timer_alarm::timer_alarm(coroutine_resources& shared, time_point due, std::function<void()> wake)
    : shared_(shared), wake_(std::move(wake)), timer_(shared.io) {
    if (shared_.stopping)
        ring();
    else if (due != time_point::max())
        wait_until(due);
    shared_.alarms.insert(this);
}

timer_alarm::~timer_alarm() { shared_.alarms.erase(this); }

void timer_alarm::ring() {
    if (!std::exchange(rang_, true)) wait_until(clock::now());
}

/// A handler may already be on its way when the alarm is destroyed; then it finds that out from `self`.
void timer_alarm::wait_until(time_point due) {
    timer_.expires_at(due);
    timer_.async_wait([self = std::weak_ptr(self_)](boost::system::error_code cancelled) {
        auto const alarm = self.lock();
        if (alarm && !cancelled) (*alarm)->time_is_up();
    });
}

void timer_alarm::time_is_up() {
    auto const now = clock::now();
    if (postponed_ > now && !rang_) return wait_until(postponed_);
    rang_ = true;
    wait_until(now + 100ms);
    wake_();
}

}  // namespace network
