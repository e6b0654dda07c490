#include "network/crew.hpp"

#include <chrono>

namespace network {

using namespace std::chrono_literals;

crew::~crew() {
    std::unique_lock lock(mutex_);
    closing_ = true;
    for (auto const& each : idle_) {
        tell(*each, {});
        each->woken.notify_one();
    }
    busy_.splice(busy_.end(), idle_);
    gone_.wait(lock, [&] { return busy_.empty(); });
    for (auto const& each : finished_) each->thread.join();
}

void crew::run(job next) {
    std::shared_ptr<worker> chosen;
    {
        std::lock_guard const lock(mutex_);
        if (idle_.empty()) return hire(std::move(next));
        chosen = idle_.back();
        busy_.splice(busy_.end(), idle_, std::prev(idle_.end()));
        tell(*chosen, std::move(next));
    }
    chosen->woken.notify_one();
}

void crew::hire(job first) {
    auto const self = busy_.insert(busy_.end(), std::make_shared<worker>());
    auto& hired = **self;
    hired.next = std::move(first);
    try {
        hired.thread = boost::thread(attributes_, [this, self] { work(self); });
    } catch (std::exception const&) {
        busy_.erase(self);
        throw;
    }
}

void crew::tell(worker& who, job next) {
    std::lock_guard const lock(who.mutex);
    who.next = std::move(next);
    who.wanted = true;
}

/// One job after the other. Threads are joined, never detached; a thread cannot join itself, so the next one does it.
void crew::work(workers::iterator self) {
    do {
        (*self)->next();
        (*self)->next = {};  // what the job holds, like a connection, ends with it
    } while (wait_for_job(self));

    workers earlier;
    {
        std::lock_guard const lock(mutex_);
        earlier.swap(finished_);
        finished_.splice(finished_.end(), busy_, self);
        gone_.notify_one();
    }
    for (auto const& each : earlier) each->thread.join();
}

/// False when there has been none for a while, or never will be.
bool crew::wait_for_job(workers::iterator self) {
    constexpr auto a_while = 1s;
    auto& me = **self;
    {
        std::lock_guard const lock(mutex_);
        if (closing_) return false;
        me.wanted = false;
        idle_.splice(idle_.end(), busy_, self);
    }
    {
        std::unique_lock lock(me.mutex);
        if (me.woken.wait_for(lock, a_while, [&] { return me.wanted; })) return me.next.valid();
    }
    std::lock_guard const lock(mutex_);  // whoever wants this thread holds it, so now that is settled
    if (!me.wanted) busy_.splice(busy_.end(), idle_, self);
    return me.next.valid();
}

}  // namespace network
