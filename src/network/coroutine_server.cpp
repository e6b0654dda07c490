#include "network/coroutine_server.hpp"

#include <boost/asio/post.hpp>

namespace network {

using namespace std::chrono_literals;

coroutine_server::coroutine_server(std::list<coroutine_resources>& loops, std::size_t max_clients, serve f,
                                   std::function<void(std::string const&)> warn)
    : loops_(loops),
      next_loop_(loops.begin()),
      max_clients_(max_clients),
      serve_(std::move(f)),
      warn_(std::move(warn)),
      changed_(first_) {}

coroutine_server::~coroutine_server() {
    for (auto& loop : loops_) loop.io.stop();
    for (auto& thread : threads_) thread.join();
}

void coroutine_server::open(listener& l) {
    ++listeners_;
    spawn(first_, [&](yield_context const& yield) {
        accept_clients(l, yield);
        --listeners_;
    });
}

void coroutine_server::accept_clients(listener& l, yield_context const& yield) {
    bool warned = false;
    while (!l.ended()) {
        try {
            accept_one(l, yield);
            warned = false;
            continue;
        } catch (std::exception const& e) {
            if (!std::exchange(warned, true)) warn_(std::string("clients have to wait: ") + e.what());
        }
        // No descriptor, no memory. The queue of waiting clients would make accept() fail again at once, and again; so
        // rest, and meanwhile others may finish.
        error_code ignored;
        asio::steady_timer(first_, 100ms).async_wait(yield[ignored]);
    }
}

/// Waits for a client, and then for a place.
void coroutine_server::accept_one(listener& l, yield_context const& yield) {
    auto& loop = *next_loop_;
    auto client = l.accept([&](tcp::acceptor& acceptor, tcp::endpoint& peer, error_code& error) {
        tcp::socket socket(loop.io);
        acceptor.async_accept(socket, peer, yield[error]);
        return socket;
    });
    if (!client) return;
    changed_.wait([&] { return stopping_ || clients_ < max_clients_; }, yield);
    if (stopping_) return;
    if (++next_loop_ == loops_.end()) next_loop_ = loops_.begin();
    auto const shared = std::make_shared<stream>(std::move(*client));
    asio::post(loop.io, [this, &loop, shared] { start(shared, loop); });
    ++clients_;
}

/// The client is shared, because Asio makes copies of the function, on the new stack, and of a stream there are none.
void coroutine_server::start(std::shared_ptr<stream> const& client, coroutine_resources& loop) {
    auto const warn = [this](std::exception const& e) {
        warn_(std::string("a client could not be served: ") + e.what());
    };
    try {
        spawn(loop.io, [=, this, &loop](yield_context const& yield) {
            try {
                serve_(std::move(*client), loop, yield);
            } catch (std::exception const& e) {
                warn(e);
            }
            free_place();
        });
    } catch (std::exception const& no_memory) {
        warn(no_memory);
        free_place();
    }
}

void coroutine_server::free_place() {
    changed_.change([this] { --clients_; });
}

void coroutine_server::run() {
    for (auto loop = std::next(loops_.begin()); loop != loops_.end(); ++loop)
        threads_.emplace_back([loop] { loop->io.run(); });
    first_.run();
}

void coroutine_server::stop() {
    changed_.change([this] { stopping_ = true; });
    first_.stop();
}

bool coroutine_server::wait_for_clients(std::chrono::milliseconds limit) {
    first_.restart();
    auto const end = clock::now() + limit;
    while (clients_ + listeners_ > 0)
        if (first_.run_one_until(end) == 0) return false;
    return true;
}

}  // namespace network
