#include "network/blocking_server.hpp"

namespace network {

using namespace std::chrono_literals;

blocking_server::blocking_server(crew& threads, std::size_t max_clients, std::function<void(visitor&)> serve,
                                 std::function<void(std::string const&)> warn)
    : threads_(threads), max_clients_(max_clients), serve_(std::move(serve)), warn_(std::move(warn)) {}

namespace {

tcp::socket wait(tcp::acceptor& acceptor, tcp::endpoint& from, error_code& error) {
    return acceptor.accept(from, error);
}

}  // namespace

void blocking_server::run(listener& door) {
    bool told = false;
    while (!door.ended()) {
        try {
            if (auto client = door.accept(wait)) start(std::move(*client));
            told = false;
        } catch (std::exception const& e) {
            // No descriptor, no memory, no thread. The queue of waiting clients would make accept() fail again at
            // once, and again; so rest, and meanwhile others may finish.
            if (!std::exchange(told, true)) warn_(std::string("clients have to wait: ") + e.what());
            rest();
        }
    }
}

/// Waits for a place first. Throws when there is no thread to be had; the client's connection is closed then.
void blocking_server::start(visitor client) {
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return stopping_ || clients_ < max_clients_; });
        if (stopping_) return;
        ++clients_;
    }
    try {
        threads_.run(crew::job([this, visitor = std::move(client)]() mutable {
            try {
                serve_(visitor);
            } catch (std::exception const& e) {
                warn_(std::string("a client could not be served: ") + e.what());
            }
            leave();
        }));
    } catch (std::exception const&) {
        leave();
        throw;
    }
}

void blocking_server::leave() {
    std::lock_guard const lock(mutex_);
    --clients_;
    changed_.notify_all();
}

void blocking_server::rest() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 100ms, [&] { return stopping_; });
}

void blocking_server::stop() {
    std::lock_guard const lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
}

bool blocking_server::wait_for_clients(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return clients_ == 0; });
}

}  // namespace network
