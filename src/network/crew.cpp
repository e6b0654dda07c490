#include "network/crew.hpp"

#include <chrono>

namespace network {

using namespace std::chrono_literals;

crew::~crew() {
    std::unique_lock lock(mutex_);
    closing_ = true;
    for (auto& each : idle_) wake(each, {});
    busy_.splice(busy_.end(), idle_);
    gone_.wait(lock, [&] { return busy_.empty(); });
    for (auto& each : finished_) each.thread.join();
}

void crew::run(job next) {
    std::lock_guard const lock(mutex_);
    if (idle_.empty()) return hire(std::move(next));
    busy_.splice(busy_.end(), idle_, std::prev(idle_.end()));
    wake(busy_.back(), std::move(next));
}

void crew::hire(job first) {
    auto const self = busy_.emplace(busy_.end());
    self->next = std::move(first);
    try {
        self->thread = boost::thread(attributes_, [this, self] { work(self); });
    } catch (std::exception const&) {
        busy_.erase(self);
        throw;
    }
}

void crew::wake(worker& who, job next) {
    {
        std::lock_guard const lock(who.mutex);
        who.next = std::move(next);
        who.wanted = true;
    }
    who.woken.notify_one();
}

/// One job after the other. Threads are joined, never detached; a thread cannot join itself, so the next one does it.
void crew::work(workers::iterator self) {
    do {
        self->next();
        self->next = {};  // what the job holds, like a connection, ends with it
    } while (wait_for_job(self));

    workers earlier;
    {
        std::lock_guard const lock(mutex_);
        earlier.swap(finished_);
        finished_.splice(finished_.end(), busy_, self);
        gone_.notify_one();
    }
    for (auto& each : earlier) each.thread.join();
}

/// False when there has been none for a while, or never will be.
bool crew::wait_for_job(workers::iterator self) {
    constexpr auto a_while = 1s;
    {
        std::lock_guard const lock(mutex_);
        if (closing_) return false;
        self->wanted = false;
        idle_.splice(idle_.end(), busy_, self);
    }
    {
        std::unique_lock lock(self->mutex);
        if (self->woken.wait_for(lock, a_while, [&] { return self->wanted; })) return self->next.valid();
    }
    std::lock_guard const lock(mutex_);  // whoever wants this thread holds it, so now that is settled
    if (!self->wanted) busy_.splice(busy_.end(), idle_, self);
    return self->next.valid();
}

}  // namespace network
