#include "network/coroutine.hpp"

namespace network {

std::size_t coroutine::receive(stream& from, std::span<socks5::octet> buffer) {
    error_code error;
    auto const n = from.socket().async_read_some(asio::buffer(buffer.data(), buffer.size()), yield_[error]);
    return from.received(buffer, n, error);
}

void coroutine::wait(udp::socket& s, udp::socket::wait_type what) {
    error_code ignored;
    s.async_wait(what, yield_[ignored]);
}

/// As long as a pipe has patience; then false. What still waits for the socket after that must not be cancelled,
/// because that would also cancel a write of the other direction. So it is left alone until something comes.
bool coroutine::something_comes(stream& from) {
    struct state {
        asio::steady_timer time_is_up;
        bool came = false;
    };
    auto const waiting = std::make_shared<state>(state{asio::steady_timer(shared_.io, pipe::patience)});
    from.socket().async_wait(tcp::socket::wait_read, [waiting](error_code) {
        waiting->came = true;
        waiting->time_is_up.cancel();
    });
    error_code cancelled;
    waiting->time_is_up.async_wait(yield_[cancelled]);
    return waiting->came;
}

std::optional<coroutine::visitor> coroutine::accept(listener& l, stream& leaving) {
    std::optional<visitor> came;
    bool gone = false;
    bool over = false;
    error_code ignored;
    auto const watch = [&](coroutine& here) {
        while (!over && !gone && !leaving.is_far_ahead())
            gone = !stays(leaving, std::bind_front(&coroutine::receive, &here));
        if (gone && !over) l.acceptor().cancel(ignored);
    };
    auto const end_watch = [&] {
        over = true;
        leaving.socket().cancel(ignored);
    };
    auto const wait_for_visitor = [&](coroutine& here) {
        try {
            came = here.at_once::accept(l, [&](tcp::acceptor& acceptor, tcp::endpoint& from, error_code& error) {
                tcp::socket socket(shared_.io);
                error = asio::error::operation_aborted;
                if (!gone) acceptor.async_accept(socket, from, here.yield_[error]);
                return socket;
            });
        } catch (std::exception const&) {
            end_watch();
            throw;
        }
        end_watch();
    };
    both(watch, wait_for_visitor);
    return came;
}

}  // namespace network
