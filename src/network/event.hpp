/// How a thread waits for something that another thread changes.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace network {

/// Its twin for coroutines is coroutine_event.
class event {
public:
    /// Waits until the condition holds. It is called with the lock held.
    void wait(auto&& condition) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, condition);
    }

    /// The same, but not longer than `limit`. False when the condition does not hold then.
    bool wait_for(std::chrono::milliseconds limit, auto&& condition) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, limit, condition);
    }

    /// Changes something by f(), and wakes those who wait.
    void change(auto&& f) {
        std::lock_guard const lock(mutex_);
        f();
        changed_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
};

}  // namespace network
