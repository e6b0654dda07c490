#include "network/crew.hpp"

#include <chrono>
#include <optional>

namespace network {

using namespace std::chrono_literals;

crew::~crew() {
    std::unique_lock lock(mutex_);
    closing_ = true;
    wanted_.notify_all();
    left_.wait(lock, [&] { return threads_.empty(); });
    for (auto& each : finished_) each.join();
}

void crew::run(job next) {
    std::lock_guard const lock(mutex_);
    if (idle_ == jobs_.size()) hire();
    jobs_.push_back(std::move(next));
    wanted_.notify_one();
}

void crew::hire() {
    auto const self = threads_.emplace(threads_.end());
    try {
        *self = boost::thread(attributes_, [this, self] { work(self); });
    } catch (std::exception const&) {
        threads_.erase(self);
        throw;
    }
    ++idle_;
}

/// Does one job after the other, and goes home when there has been none for a while.
void crew::work(thread self) {
    constexpr auto a_while = 1s;
    std::unique_lock lock(mutex_);
    while (wanted_.wait_for(lock, a_while, [&] { return closing_ || !jobs_.empty(); }) && !jobs_.empty()) {
        std::optional next(std::move(jobs_.front()));
        jobs_.pop_front();
        --idle_;
        lock.unlock();
        (*next)();
        next.reset();  // what it holds, like a connection, ends with it
        lock.lock();
        ++idle_;
    }
    --idle_;
    lock.unlock();
    leave(self);
}

/// Threads are joined, never detached. A thread cannot join itself, so the next one to leave does it.
void crew::leave(thread self) {
    std::list<boost::thread> earlier;
    {
        std::lock_guard const lock(mutex_);
        earlier.swap(finished_);
        finished_.splice(finished_.end(), threads_, self);
        left_.notify_one();
    }
    for (auto& each : earlier) each.join();
}

}  // namespace network
