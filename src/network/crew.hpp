/// Threads that are used again: to start one costs several times what it costs to wake one that has finished.
#pragma once

#include <boost/thread/thread.hpp>

#include <condition_variable>
#include <deque>
#include <future>
#include <list>
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
    using thread = std::list<boost::thread>::iterator;

    void hire();
    void work(thread self);
    void leave(thread self);

    boost::thread::attributes attributes_;
    std::mutex mutex_;
    std::condition_variable wanted_;  ///< a job is there, or no more will come
    std::condition_variable left_;    ///< a thread has gone
    std::deque<job> jobs_;            ///< for each one there is an idle thread
    std::size_t idle_ = 0;            ///< threads that wait for a job, or will as soon as they have started
    bool closing_ = false;
    std::list<boost::thread> threads_;   ///< at work or idle
    std::list<boost::thread> finished_;  ///< gone, but not joined: one at most
};

}  // namespace network
