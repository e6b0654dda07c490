#include "bench/loop.hpp"

#include "bench/failure.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <array>

namespace bench {

loop::loop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_.number() < 0) fail("epoll_create1");
}

void loop::start(task t) {
    // Forgets those that are over when the list would grow, so that each costs next to nothing.
    if (tasks_.size() == tasks_.capacity()) {
        std::erase_if(tasks_, [](task const& old) { return old.done(); });
        tasks_.reserve(std::max<std::size_t>(64, 2 * tasks_.size()));
    }
    tasks_.push_back(std::move(t));
    auto& started = tasks_.back();
    started.start(running_);
}

void loop::run(time_point limit, clock::duration patience) {
    auto last = clock::now();
    while (running_ > 0) {
        auto const now = clock::now();
        auto const until = std::min(limit, last + patience);
        if (now >= until) return;
        if (turn(std::chrono::ceil<std::chrono::milliseconds>(until - now))) last = now;
    }
}

void loop::run(std::stop_token const& stop) {
    while (!stop.stop_requested()) turn(20ms);
}

void loop::wait(watched& socket, operation& what) {
    socket.pending_ = &what;
    if (socket.known_) return;
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.ptr = &socket;
    if (::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, socket.number(), &event) != 0) fail("epoll_ctl");
    socket.known_ = true;
}

descriptor loop::release(watched& socket) const {
    if (socket.known_) ::epoll_ctl(epoll_.number(), EPOLL_CTL_DEL, socket.number(), nullptr);
    socket.known_ = false;
    return std::move(socket.descriptor_);
}

bool loop::turn(std::chrono::milliseconds longest) {
    std::array<epoll_event, 128> events;  // NOLINT(cppcoreguidelines-pro-type-member-init): the kernel writes them
    auto const most = std::min<std::chrono::milliseconds>(longest, 1000ms);
    auto const n = ::epoll_wait(epoll_.number(), events.data(), int(events.size()), int(most.count()));
    for (int i = 0; i < n; ++i) {
        auto& socket = *static_cast<watched*>(events[std::size_t(i)].data.ptr);
        if (!socket.pending_ || !socket.pending_->attempt()) continue;
        std::exchange(socket.pending_, nullptr)->waiting.resume();  // after this, the socket may be gone
    }
    return n > 0;
}

}  // namespace bench
