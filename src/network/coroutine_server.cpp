#include "network/coroutine_server.hpp"

#include <boost/asio/post.hpp>

namespace network {

using namespace std::chrono_literals;

coroutine_server::coroutine_server(std::list<coroutine_resources>& loops, std::size_t max_clients,
                                   std::function<void(visitor&, coroutine_resources&, yield_context const&)> serve,
                                   std::function<void(std::string const&)> warn)
    : loops_(loops),
      next_loop_(loops.begin()),
      max_clients_(max_clients),
      serve_(std::move(serve)),
      warn_(std::move(warn)),
      changed_(loops.front().io, time_point::max()) {}

coroutine_server::~coroutine_server() {
    for (auto& loop : loops_) loop.io.stop();
    for (auto& thread : threads_) thread.join();
}

void coroutine_server::open(listener& door) {
    ++doors_;
    spawn(loops_.front().io, [&](yield_context const& yield) {
        accept_clients(door, yield);
        --doors_;
    });
}

void coroutine_server::accept_clients(listener& door, yield_context const& yield) {
    bool told = false;
    while (!door.ended()) {
        std::string trouble;
        try {
            accept_one(door, yield);
        } catch (std::exception const& e) {
            trouble = e.what();
        }
        // No descriptor, no memory. The queue of waiting clients would make accept() fail again at once, and again; so
        // rest, and meanwhile others may finish.
        bool const had_told = std::exchange(told, !trouble.empty());
        if (!told) continue;
        if (!had_told) warn_("clients have to wait: " + trouble);
        error_code ignored;
        asio::steady_timer(loops_.front().io, 100ms).async_wait(yield[ignored]);
    }
}

/// Waits for a client, and then for a place.
void coroutine_server::accept_one(listener& door, yield_context const& yield) {
    auto& loop = *next_loop_;
    auto client = door.accept([&](tcp::acceptor& acceptor, tcp::endpoint& from, error_code& error) {
        tcp::socket visitor(loop.io);
        acceptor.async_accept(visitor, from, yield[error]);
        return visitor;
    });
    if (!client) return;
    error_code cancelled;
    while (!stopping_ && clients_ >= max_clients_) changed_.async_wait(yield[cancelled]);
    if (stopping_) return;
    if (++next_loop_ == loops_.end()) next_loop_ = loops_.begin();
    ++clients_;
    auto const shared = std::make_shared<visitor>(std::move(*client));
    asio::post(loop.io, [this, &loop, shared] { start(shared, loop); });
}

/// A shared visitor, because Asio makes copies, and they would all be on the new stack.
void coroutine_server::start(std::shared_ptr<visitor> const& client, coroutine_resources& loop) {
    try {
        spawn(loop.io, [this, &loop, client](yield_context const& yield) {
            try {
                serve_(*client, loop, yield);
            } catch (std::exception const& e) {
                warn_(std::string("a client could not be served: ") + e.what());
            }
            leave();
        });
    } catch (std::exception const& no_memory) {
        warn_(std::string("a client could not be served: ") + no_memory.what());
        leave();
    }
}

void coroutine_server::leave() {
    asio::post(loops_.front().io, [this] {
        --clients_;
        changed_.cancel();
    });
}

void coroutine_server::run() {
    for (auto loop = std::next(loops_.begin()); loop != loops_.end(); ++loop)
        threads_.emplace_back([loop] { loop->io.run(); });
    loops_.front().io.run();
}

void coroutine_server::stop() {
    stopping_ = true;
    changed_.cancel();
    loops_.front().io.stop();
}

bool coroutine_server::wait_for_clients(std::chrono::milliseconds limit) {
    auto& io = loops_.front().io;
    io.restart();
    auto const end = clock::now() + limit;
    while (clients_ + doors_ > 0)
        if (io.run_one_until(end) == 0) return false;
    return true;
}

}  // namespace network
