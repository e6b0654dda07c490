/// Threads that are used again: to start one costs several times what it costs to wake one that has finished.
#pragma once

#include <boost/thread/thread.hpp>

#include <condition_variable>
#include <future>
#include <list>
#include <mutex>

namespace network {

/// Threads of Boost, because those of the standard library cannot be told how large their stacks shall be.
class thread_pool {
public:
    using job = std::packaged_task<void()>;

    /// Every thread has a stack of that many octets; 0 stands for what the system finds right.
    explicit thread_pool(std::size_t stack) { attributes_.set_stack_size(stack); }

    /// Waits until all jobs are done.
    ~thread_pool();

    thread_pool(thread_pool const&) = delete;
    thread_pool& operator=(thread_pool const&) = delete;

    /// Does the job at once, in a thread of its own. Throws boost::thread_resource_error when there is none to be had.
    void run(job next);

private:
    struct worker {
        boost::thread thread;
        job next;                       ///< what it shall do, or is doing
        std::condition_variable woken;  ///< there is a job, or the pool closes
    };
    using workers = std::list<worker>;

    void start(job first);
    void work(workers::iterator self);
    bool wait_for_job(workers::iterator self);

    boost::thread::attributes attributes_;
    std::mutex mutex_;  ///< for what follows, and the jobs
    std::condition_variable finished_one_;
    workers busy_;
    workers idle_;      ///< the last one has been idle for the shortest time: what it needs is still in the caches
    workers finished_;  ///< not joined yet: one at most
    bool closing_ = false;
};

}  // namespace network
