#include "network/server.hpp"

#include "network/errors.hpp"

namespace network {

using namespace std::chrono_literals;

server::server(std::size_t max_clients, std::function<void(tcp::socket)> serve,
               std::function<void(std::string const&)> warn)
    : max_clients_(max_clients), serve_(std::move(serve)), warn_(std::move(warn)) {}

void server::run(listener& door) {
    bool told = false;
    while (!door.ended()) {
        try {
            auto client = door.accept();
            if (client && wait_for_place()) start(std::move(*client));
            told = false;
        } catch (boost::system::system_error const& e) {
            // No descriptor, no memory, no thread. The queue of waiting clients would make accept() fail again at
            // once, and again; so rest, and meanwhile others may finish.
            if (!std::exchange(told, true)) warn_("clients have to wait: " + e.code().message());
            rest();
        }
    }
}

void server::start(tcp::socket client) {
    std::lock_guard const lock(mutex_);
    auto const self = clients_.emplace(clients_.end());
    try {
        *self = boost::thread([this, self, connection = std::move(client)]() mutable {
            serve_(std::move(connection));
            leave(self);
        });
    } catch (boost::thread_resource_error const&) {
        clients_.erase(self);
        throw;
    }
}

/// Threads are joined, never detached. A thread cannot join itself, so the next one to leave does it.
void server::leave(std::list<boost::thread>::iterator self) {
    std::list<boost::thread> earlier;
    {
        std::lock_guard const lock(mutex_);
        earlier.swap(finished_);
        finished_.splice(finished_.end(), clients_, self);
        changed_.notify_all();
    }
    for (auto& thread : earlier) thread.join();
}

bool server::wait_for_place() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stopping_ || clients_.size() < max_clients_; });
    return !stopping_;
}

void server::rest() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 100ms, [&] { return stopping_; });
}

void server::stop() {
    std::lock_guard const lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
}

bool server::wait_for_clients(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, limit, [&] { return clients_.empty(); })) return false;
    for (auto& thread : finished_) thread.join();
    finished_.clear();
    return true;
}

}  // namespace network
