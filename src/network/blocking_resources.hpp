/// What the clients of the blocking network share.
#pragma once

#include "network/resources.hpp"

#include <condition_variable>

namespace network {

/// A thread that goes the watchdog's rounds.
class guard {
public:
    explicit guard(watchdog& dog) : dog_(dog) {}
    ~guard();
    guard(guard const&) = delete;
    guard& operator=(guard const&) = delete;

    void hurry();

private:
    void go_rounds();

    watchdog& dog_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool hurried_ = false;
    bool done_ = false;
    boost::thread thread_{[this] { go_rounds(); }};
};

/// The io_context is never run: whoever ran it would be woken by every packet.
struct blocking_resources : resources {
    static constexpr std::size_t small_stack = 262'144;  ///< octets

    blocking_resources() : resources(true, [this] { guard.hurry(); }) {}

    network::guard guard{watchdog};
    crew threads{small_stack};  ///< for clients, and the second things that they do
};

}  // namespace network
