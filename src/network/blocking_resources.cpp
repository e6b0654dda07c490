#include "network/blocking_resources.hpp"

namespace network {

guard::~guard() {
    {
        std::lock_guard const lock(mutex_);
        done_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

void guard::hurry() {
    {
        std::lock_guard const lock(mutex_);
        hurried_ = true;
    }
    changed_.notify_one();
}

void guard::go_rounds() {
    auto next = time_point::min();
    for (std::unique_lock lock(mutex_); !done_; lock.lock()) {
        changed_.wait_until(lock, next, [&] { return hurried_ || done_; });
        hurried_ = false;
        lock.unlock();
        next = dog_.go_round();
    }
}

}  // namespace network
