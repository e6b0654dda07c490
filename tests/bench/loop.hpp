#pragma once

#include "bench/descriptor.hpp"
#include "bench/task.hpp"

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <stop_token>
#include <vector>

namespace bench {

using clock = std::chrono::steady_clock;
using time_point = clock::time_point;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

/// Something that a coroutine waits for, at one socket.
class operation {
public:
    operation() = default;
    operation(operation const&) = delete;
    operation& operator=(operation const&) = delete;

    /// Tries again, without waiting. False: the socket is not ready.
    virtual bool attempt() = 0;

    std::coroutine_handle<> waiting;

protected:
    ~operation() = default;
};

/// A socket that a loop knows. Only one coroutine uses it, and is the only one to destroy it: so what the loop wakes
/// is never gone.
class watched {
public:
    watched() = default;
    explicit watched(descriptor d) : descriptor_(std::move(d)) {}

    watched(watched const&) = delete;
    watched& operator=(watched const&) = delete;

    int number() const { return descriptor_.number(); }

    /// From now on, it is that one.
    void become(descriptor d) {
        descriptor_ = std::move(d);
        known_ = false;
    }

private:
    friend class loop;

    descriptor descriptor_;
    operation* pending_ = nullptr;
    bool known_ = false;
};

/// One thread, many sockets: epoll, and coroutines that wait.
class loop {
public:
    loop();

    void start(task t);

    /// Until all tasks are over, or until the limit, or until nothing has happened for so long.
    void run(time_point limit, clock::duration patience = 3600s);

    /// For ever; asks now and then whether to stop.
    void run(std::stop_token const& stop);

    std::size_t running() const { return running_; }

    void wait(watched& socket, operation& what);

    /// Gives the socket back, without a loop that knows it.
    descriptor release(watched& socket) const;

private:
    /// Whether anything has happened.
    bool turn(std::chrono::milliseconds longest);

    descriptor epoll_;
    std::size_t running_ = 0;
    std::vector<task> tasks_;
};

}  // namespace bench
