#include "network/blocking_server.hpp"

namespace network {

using namespace std::chrono_literals;

blocking_server::blocking_server(thread_pool& threads, std::size_t max_clients, std::function<void(stream)> serve,
                                 std::function<void(std::string const&)> warn)
    : threads_(threads), max_clients_(max_clients), serve_(std::move(serve)), warn_(std::move(warn)) {}

blocking_server::~blocking_server() {
    changed_.wait([&] { return clients_ == 0; });
}

void blocking_server::run(listener& l) {
    auto const accept = [](tcp::acceptor& acceptor, tcp::endpoint& peer, error_code& error) {
        return acceptor.accept(peer, error);
    };
    bool warned = false;
    while (!l.ended()) {
        try {
            if (auto client = l.accept(accept)) start(std::move(*client));
            warned = false;
        } catch (std::exception const& e) {
            // No descriptor, no memory, no thread. The queue of waiting clients would make accept() fail again at
            // once, and again; so rest, and meanwhile others may finish.
            if (!std::exchange(warned, true)) warn_(std::string("clients have to wait: ") + e.what());
            changed_.wait_for(100ms, [&] { return stopping_; });
        }
    }
}

/// Throws when there is no thread to be had; the client's connection is closed then. The thread shares the client,
/// because not every library can move one into a job.
void blocking_server::start(stream client) {
    if (!wait_for_place()) return;
    try {
        auto const shared = std::make_shared<stream>(std::move(client));
        threads_.run(thread_pool::job([this, shared] {
            try {
                serve_(std::move(*shared));
            } catch (std::exception const& e) {
                warn_(std::string("a client could not be served: ") + e.what());
            }
            free_place();
        }));
    } catch (std::exception const&) {
        free_place();
        throw;
    }
}

/// False when there will be none, since the server stops.
bool blocking_server::wait_for_place() {
    bool found = false;
    changed_.wait([&] {
        found = !stopping_ && clients_ < max_clients_;
        if (found) ++clients_;
        return found || stopping_;
    });
    return found;
}

void blocking_server::free_place() {
    changed_.change([&] { --clients_; });
}

void blocking_server::stop() {
    changed_.change([&] { stopping_ = true; });
}

bool blocking_server::wait_for_clients(std::chrono::milliseconds limit) {
    return changed_.wait_for(limit, [&] { return clients_ == 0; });
}

}  // namespace network
