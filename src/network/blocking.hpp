/// The blocking network: to wait is to block, and to wait for two things at once takes a second thread.
#pragma once

#include "network/event.hpp"
#include "network/resolver.hpp"
#include "network/sockets.hpp"
#include "network/watchdog.hpp"
#include "network/watcher.hpp"

#include <boost/asio/write.hpp>

#include <poll.h>

#include <thread>

namespace network {

/// What all clients share. The io_context is never run: Asio watches each of its sockets, and would wake a thread in
/// run() for every packet, for nothing.
struct blocking_resources : resources {
    static constexpr std::size_t small_stack = 262'144;  ///< octets

    network::watchdog watchdog;
    thread_pool threads{small_stack};  ///< for clients, and the second things that they do
};

/// Models session::any_network, where each operation is explained. One for each client, and for all its threads: what
/// blocks is the thread that calls.
class blocking : public sockets {
public:
    using alarm = watchdog::alarm;
    using watcher = network::watcher;

    explicit blocking(blocking_resources& shared)
        : sockets(shared, /*datagrams_block=*/true), shared_(shared), resolver_(shared) {}
    ~blocking() { resolver_.finish(); }

    std::size_t read_some(stream& from, std::span<socks5::octet> buffer) {
        error_code error;
        auto const n = from.socket().read_some(asio::buffer(buffer.data(), buffer.size()), error);
        if (error && error != asio::error::eof) throw lost(error);
        return n;
    }

    void write(stream& to, std::span<socks5::octet const> octets) {
        error_code error;
        asio::write(to.socket(), asio::buffer(octets.data(), octets.size()), error);
        if (error) throw lost(error);
    }

    /// The system waits in splice(), as long as a pipe has patience; there is no other try.
    std::size_t move_some(pipe& p) {
        return p.move_some([](stream&, tcp::socket::wait_type) { return false; });
    }

    std::vector<socks5::address> resolve(socks5::address const& dst, time_point limit) {
        auto const look_up = [&](std::string const& name, error_code& error) {
            auto const time_is_up = alarm_at(limit, [&] { end_look_up(); });
            return resolver_.look_up(name, error);
        };
        return ways_to(dst, look_up);
    }

    void end_look_up() { resolver_.give_up(); }

    void connect(stream& target, time_point limit) {
        error_code error;
        auto const time_is_up = alarm_at(limit, [&] { target.end(); });
        target.socket().connect(target.peer_endpoint(), error);
        finish_connect(target, error, time_is_up.rang());
    }

    watcher watch(stream& client, watcher::on_octets f) { return {client, std::move(f)}; }

    std::optional<stream> accept(listener& l, watcher& client) {
        return l.accept([&](tcp::acceptor& acceptor, tcp::endpoint& peer, error_code& error) {
            error = asio::error::operation_aborted;
            return wait_with(client, acceptor) ? acceptor.accept(peer, error) : tcp::socket(shared_.io);
        });
    }

    std::optional<std::size_t> receive_from(datagram_socket& from, std::span<socks5::octet> buffer,
                                            socks5::address& sender) {
        auto const receive = [](udp::socket& socket, batch& received, error_code& error) {
            received.receive(socket, error);
            return true;
        };
        return from.receive_from(buffer, sender, receive);
    }

    std::optional<std::size_t> receive_from(datagram_socket& from, std::span<socks5::octet> buffer,
                                            socks5::address& sender, watcher& client) {
        auto const receive = [&](udp::socket& socket, batch& received, error_code& error) {
            if (!wait_with(client, socket)) return false;
            received.receive(socket, error);
            return true;
        };
        return from.receive_from(buffer, sender, receive);
    }

    bool send_to(datagram_socket& from, std::span<socks5::octet const> data, socks5::address const& receiver) {
        return from.send_to(data, receiver, wait);
    }

    void flush(datagram_socket& d) { d.flush(wait); }

    /// Runs f in a thread of its own and g in this one, and returns when both have. Throws what one of them threw, g
    /// first. If one of them fails, it is on its caller to make the other one end.
    template <class F, class G>
    void both(F f, G g) {
        std::exception_ptr other_failure;
        thread_pool::job other([&] { other_failure = failure_of([&] { f(*this); }); });
        auto const other_end = other.get_future();
        shared_.threads.run(std::move(other));
        auto const failure = failure_of([&] { g(*this); });
        other_end.wait();
        if (failure) std::rethrow_exception(failure);
        if (other_failure) std::rethrow_exception(other_failure);
    }

    alarm alarm_at(time_point due, std::function<void()> wake) { return {shared_.watchdog, due, std::move(wake)}; }
    bool stopping() const { return shared_.watchdog.stopping(); }
    void pause(std::chrono::milliseconds time) { std::this_thread::sleep_for(time); }

private:
    /// The system has waited.
    static void wait(udp::socket&, udp::socket::wait_type) {}

    /// Until the socket can be read, or the client has left; false then.
    static bool wait_with(watcher& client, auto& socket) {
        while (!client.left()) {
            pollfd waits[]{{socket.native_handle(), POLLIN, 0}, {client.socket().native_handle(), POLLIN, 0}};
            if (::poll(waits, client.listens() ? 2 : 1, -1) < 0 && errno != EINTR)
                throw refusal({errno, boost::system::system_category()});
            if (waits[1].revents != 0) client.read();
            if (waits[0].revents != 0) return true;
        }
        return false;
    }

    blocking_resources& shared_;
    resolver<event> resolver_;
};

}  // namespace network
