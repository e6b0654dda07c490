/// The blocking network: to wait is to block, and to wait for two things at once takes a second thread.
#pragma once

#include "network/at_once.hpp"
#include "network/blocking_resolver.hpp"
#include "network/blocking_resources.hpp"

#include <boost/asio/write.hpp>

#include <span>
#include <thread>

namespace network {

/// Models session::network, where each operation is explained. One for each client, and for all its threads: what
/// blocks is the thread that calls.
class blocking : public at_once {
public:
    explicit blocking(blocking_resources& shared, capture::tap const* tap = nullptr)
        : at_once(shared, tap), shared_(shared), resolver_(shared.io, shared.look_ups) {}

    socks5::octets read(stream& from, std::size_t n) { return from.read(n, receive); }
    std::size_t read_some(stream& from, std::span<socks5::octet> buffer) { return from.read_some(buffer, receive); }

    void write(stream& to, std::span<socks5::octet const> octets) {
        error_code error;
        to.sends(octets);
        asio::write(to.socket(), asio::buffer(octets.data(), octets.size()), error);
        to.sent(error);
    }

    /// The system waits in splice(), as long as it shall.
    std::size_t move_some(pipe& p) {
        return p.move_some([](stream&, tcp::socket::wait_type) { return false; });
    }

    std::vector<socks5::address> resolve(socks5::address const& dst, time_point limit) {
        return at_once::resolve(dst, limit, resolver_);
    }
    void end_look_up() { resolver_.give_up(); }

    stream connect(socks5::address const& address, time_point limit) {
        return at_once::connect(address, limit, [](tcp::socket& target, tcp::endpoint const& where, error_code& error) {
            target.connect(where, error);
        });
    }

    std::optional<visitor> accept(listener& l, stream& leaving);

    std::optional<std::size_t> receive_from(datagrams& from, std::span<socks5::octet> buffer, socks5::address& sender) {
        udp::endpoint endpoint;
        auto const size = from.receive_from(buffer, endpoint, wait);
        if (size) sender = to_address(endpoint);
        return size;
    }

    bool send_to(datagrams& from, std::span<socks5::octet const> data, socks5::address const& receiver) {
        return from.send_to(data, to_endpoint<udp::endpoint>(receiver), wait);
    }

    void flush(datagrams& d) { d.flush(wait); }

    /// Runs f in a thread of its own and g in this one, and returns when both have. Throws what one of them threw, g
    /// first. If one of them fails, it is on its caller to make the other one end.
    template <class F, class G>
    void both(F f, G g) {
        std::exception_ptr other_failure;
        crew::job other([&] { other_failure = failure_of([&] { f(*this); }); });
        auto const other_end = other.get_future();
        shared_.threads.run(std::move(other));
        auto const failure = failure_of([&] { g(*this); });
        other_end.wait();
        if (failure) std::rethrow_exception(failure);
        if (other_failure) std::rethrow_exception(other_failure);
    }

    void pause(std::chrono::milliseconds time) { std::this_thread::sleep_for(time); }

private:
    static std::size_t receive(stream& from, std::span<socks5::octet> buffer) {
        error_code error;
        auto const n = from.socket().read_some(asio::buffer(buffer.data(), buffer.size()), error);
        return from.received(buffer, n, error);
    }

    /// For the sockets of datagrams: they have waited by themselves.
    static void wait(udp::socket&, udp::socket::wait_type) {}

    blocking_resources& shared_;
    blocking_resolver resolver_;
};

}  // namespace network
