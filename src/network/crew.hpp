/// Threads that are used again: to start one costs several times what it costs to wake one that has finished.
#pragma once

#include <boost/thread/thread.hpp>

#include <condition_variable>
#include <future>
#include <list>
#include <memory>
#include <mutex>

namespace network {

class crew {
public:
    using job = std::packaged_task<void()>;

    /// Every thread has a stack of that many octets; 0 stands for what the system finds right.
    explicit crew(std::size_t stack) { attributes_.set_stack_size(stack); }

    /// Waits until all jobs are done.
    ~crew();

    crew(crew const&) = delete;
    crew& operator=(crew const&) = delete;

    /// Does the job at once, in a thread of its own. Throws boost::thread_resource_error when there is none to be had.
    void run(job next);

private:
    struct worker {
        boost::thread thread = {};
        std::mutex mutex = {};  ///< of its own, so that it can begin without waiting for anybody else
        std::condition_variable woken = {};
        job next = {};
        bool wanted = true;  ///< for the next job, or to go home
    };
    using workers = std::list<std::shared_ptr<worker>>;  // shared with whoever is about to wake it

    void hire(job first);
    static void tell(worker& who, job next);
    void work(workers::iterator self);
    bool wait_for_job(workers::iterator self);

    boost::thread::attributes attributes_;
    std::mutex mutex_;
    std::condition_variable gone_;
    workers busy_;
    workers idle_;      ///< the last one has been idle for the shortest time: what it needs is still in the caches
    workers finished_;  ///< not joined yet: one at most
    bool closing_ = false;
};

}  // namespace network
