/// Has a client left while a coroutine waits for something else?
#pragma once

#include "network/watcher.hpp"

#include <memory>

namespace network {

/// A watcher that is called back by Asio as soon as its client's socket can be read.
class coroutine_watcher {
public:
    coroutine_watcher(stream& client, watcher::on_octets f) : state_(std::make_shared<state>(client, std::move(f))) {
        client.socket().non_blocking(true);
        wait(state_);
    }

    ~coroutine_watcher() {
        if (!state_) return;  // moved
        state_->over = true;
        error_code ignored;
        state_->socket().cancel(ignored);
    }

    coroutine_watcher(coroutine_watcher&&) = default;
    coroutine_watcher& operator=(coroutine_watcher&&) = delete;

    bool left() const { return state_->left(); }
    std::error_code why() const { return state_->why(); }

    /// Waits by the call of wait(), which is ended by cancelling the socket when the client leaves. False when it has.
    bool wait_with(auto& socket, auto&& wait) {
        if (left()) return false;
        state_->wake = [&socket] {
            error_code ignored;
            socket.cancel(ignored);
        };
        wait();
        state_->wake = nullptr;
        return !left();
    }

private:
    struct state : watcher {
        using watcher::watcher;

        std::function<void()> wake = {};  ///< whoever waits
        bool over = false;                ///< the watcher is gone, and its client may be, too
    };

    static void wait(std::shared_ptr<state> const& s) {
        s->socket().async_wait(tcp::socket::wait_read, [s](error_code) {
            if (s->over) return;
            s->read();
            if (s->listens()) return wait(s);
            if (s->left() && s->wake) s->wake();
        });
    }

    std::shared_ptr<state> state_;
};

}  // namespace network
