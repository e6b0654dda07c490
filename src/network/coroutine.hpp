/// The coroutine network: to wait is to yield, and to wait for two things at once takes a second coroutine.
#pragma once

#include "network/coroutine_event.hpp"
#include "network/coroutine_watcher.hpp"
#include "network/resolver.hpp"
#include "network/sockets.hpp"
#include "network/timer_alarm.hpp"

#include <boost/asio/write.hpp>

namespace network {

/// Models session::any_network, where each operation is explained. One for each coroutine: what yields is the coroutine
/// that it was made for. Both of a client share a resolver.
class coroutine : public sockets {
public:
    using alarm = timer_alarm;
    using watcher = coroutine_watcher;
    using resolver = network::resolver<coroutine_event>;

    coroutine(coroutine_resources& shared, resolver& names, yield_context yield)
        : sockets(shared, /*datagrams_block=*/false), shared_(shared), resolver_(names), yield_(std::move(yield)) {}

    std::size_t read_some(stream& from, std::span<socks5::octet> buffer) {
        error_code error;
        auto const n = from.socket().async_read_some(asio::buffer(buffer.data(), buffer.size()), yield_[error]);
        if (error && error != asio::error::eof) throw lost(error);
        return n;
    }

    void write(stream& to, std::span<socks5::octet const> octets) {
        error_code error;
        asio::async_write(to.socket(), asio::buffer(octets.data(), octets.size()), yield_[error]);
        if (error) throw lost(error);
    }

    std::size_t move_some(pipe& p) {
        return p.move_some([this](stream& s, tcp::socket::wait_type what) {
            if (what == tcp::socket::wait_read) return something_comes(s);
            return wait_for(s.socket(), what);
        });
    }

    std::vector<socks5::address> resolve(socks5::address const& dst, time_point limit) {
        auto const look_up = [&](std::string const& name, error_code& error) {
            auto const time_is_up = alarm_at(limit, [&] { end_look_up(); });
            return resolver_.look_up(name, error, yield_);
        };
        return ways_to(dst, look_up);
    }

    void end_look_up() { resolver_.give_up(); }

    void connect(stream& target, time_point limit) {
        error_code error;
        auto const time_is_up = alarm_at(limit, [&] { target.end(); });
        target.socket().async_connect(target.peer_endpoint(), yield_[error]);
        finish_connect(target, error, time_is_up.rang());
    }

    watcher watch(stream& client, network::watcher::on_octets f) { return {client, std::move(f)}; }

    std::optional<stream> accept(listener& l, watcher& client) {
        return l.accept([&](tcp::acceptor& acceptor, tcp::endpoint& peer, error_code& error) {
            tcp::socket socket(shared_.io);
            error = asio::error::operation_aborted;
            client.wait_with(acceptor, [&] { acceptor.async_accept(socket, peer, yield_[error]); });
            return socket;
        });
    }

    std::optional<std::size_t> receive_from(datagram_socket& from, std::span<socks5::octet> buffer,
                                            socks5::address& sender) {
        auto const receive = [this](udp::socket& socket, batch& received, error_code& error) {
            received.receive(socket, error);
            return error != asio::error::would_block || wait_for(socket, udp::socket::wait_read);
        };
        return from.receive_from(buffer, sender, receive);
    }

    std::optional<std::size_t> receive_from(datagram_socket& from, std::span<socks5::octet> buffer,
                                            socks5::address& sender, watcher& client) {
        auto const receive = [&](udp::socket& socket, batch& received, error_code& error) {
            received.receive(socket, error);
            if (error != asio::error::would_block) return true;
            return client.wait_with(socket, [&] { wait_for(socket, udp::socket::wait_read); });
        };
        return from.receive_from(buffer, sender, receive);
    }

    bool send_to(datagram_socket& from, std::span<socks5::octet const> data, socks5::address const& receiver) {
        return from.send_to(data, receiver, std::bind_front(&coroutine::wait_for<udp::socket>, this));
    }

    void flush(datagram_socket& d) { d.flush(std::bind_front(&coroutine::wait_for<udp::socket>, this)); }

    /// Runs f in a coroutine of its own and g in this one, and returns when both have. Throws what one of them threw, g
    /// first. If one of them fails, it is on its caller to make the other one end.
    template <class F, class G>
    void both(F f, G g) {
        std::exception_ptr other_failure;
        bool other_ended = false;
        coroutine_event other_end(shared_.io);
        spawn(shared_.io, [&](yield_context const& yield) {
            coroutine there(shared_, resolver_, yield);
            other_failure = failure_of([&] { f(there); });
            other_end.change([&] { other_ended = true; });
        });
        auto const failure = failure_of([&] { g(*this); });
        other_end.wait([&] { return other_ended; }, yield_);
        if (failure) std::rethrow_exception(failure);
        if (other_failure) std::rethrow_exception(other_failure);
    }

    alarm alarm_at(time_point due, std::function<void()> wake) { return {shared_, due, std::move(wake)}; }
    bool stopping() const { return shared_.stopping; }

    void pause(std::chrono::milliseconds time) {
        error_code ignored;
        asio::steady_timer(shared_.io, time).async_wait(yield_[ignored]);
    }

private:
    bool wait_for(auto& socket, asio::socket_base::wait_type what) {
        error_code ignored;
        socket.async_wait(what, yield_[ignored]);
        return true;
    }

    /// As long as a pipe has patience; then false. What still waits for the socket after that must not be cancelled,
    /// because that would also cancel a write of the other direction. So it is left alone until something comes.
    bool something_comes(stream& from) {
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

    coroutine_resources& shared_;
    resolver& resolver_;
    yield_context yield_;
};

}  // namespace network
