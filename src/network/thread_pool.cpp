#include "network/thread_pool.hpp"

#include <chrono>

namespace network {

thread_pool::~thread_pool() {
    std::unique_lock lock(mutex_);
    closing_ = true;
    for (auto& each : idle_) each.woken.notify_one();
    finished_one_.wait(lock, [&] { return busy_.empty() && idle_.empty(); });
    for (auto& each : finished_) each.thread.join();
}

void thread_pool::run(job next) {
    std::lock_guard const lock(mutex_);
    if (idle_.empty()) return start(std::move(next));
    auto const chosen = std::prev(idle_.end());
    busy_.splice(busy_.end(), idle_, chosen);
    chosen->next = std::move(next);
    chosen->woken.notify_one();
}

/// To be called with the lock.
void thread_pool::start(job first) {
    auto const self = busy_.emplace(busy_.end());
    self->next = std::move(first);
    try {
        self->thread = boost::thread(attributes_, [this, self] { work(self); });
    } catch (std::exception const&) {
        busy_.erase(self);
        throw;
    }
}

/// One job after the other. Threads are joined, never detached; a thread cannot join itself, so the next one does it.
void thread_pool::work(workers::iterator self) {
    do {
        self->next();
        self->next = {};  // what the job holds, like a connection, ends with it
    } while (wait_for_job(self));

    workers earlier;
    {
        std::lock_guard const lock(mutex_);
        earlier.swap(finished_);
        finished_.splice(finished_.end(), busy_, self);
        finished_one_.notify_one();
    }
    for (auto& each : earlier) each.thread.join();
}

/// False when there has been none for a while, or never will be.
bool thread_pool::wait_for_job(workers::iterator self) {
    constexpr std::chrono::seconds a_while{1};
    std::unique_lock lock(mutex_);
    idle_.splice(idle_.end(), busy_, self);
    self->woken.wait_for(lock, a_while, [&] { return closing_ || self->next.valid(); });
    if (self->next.valid()) return true;
    busy_.splice(busy_.end(), idle_, self);
    return false;
}

}  // namespace network
