/// The coroutine network: to wait is to yield, and to wait for two things at once takes a second coroutine.
#pragma once

#include "network/at_once.hpp"
#include "network/coroutine_resolver.hpp"
#include "network/coroutine_resources.hpp"

#include <boost/asio/write.hpp>

#include <functional>
#include <span>

namespace network {

/// Models session::network, where each operation is explained. One for each coroutine: what yields is the coroutine
/// that it was made for.
class coroutine : public at_once {
public:
    coroutine(coroutine_resources& shared, coroutine_resolver& resolver, yield_context yield,
              capture::tap const* tap = nullptr)
        : at_once(shared, tap), shared_(shared), resolver_(resolver), yield_(std::move(yield)) {}

    socks5::octets read(stream& from, std::size_t n) {
        return from.read(n, std::bind_front(&coroutine::receive, this));
    }
    std::size_t read_some(stream& from, std::span<socks5::octet> buffer) {
        return from.read_some(buffer, std::bind_front(&coroutine::receive, this));
    }

    void write(stream& to, std::span<socks5::octet const> octets) {
        error_code error;
        to.sends(octets);
        asio::async_write(to.socket(), asio::buffer(octets.data(), octets.size()), yield_[error]);
        to.sent(error);
    }

    std::size_t move_some(pipe& p) {
        return p.move_some([this](stream& s, tcp::socket::wait_type what) {
            if (what == tcp::socket::wait_read) return something_comes(s);
            error_code ignored;
            s.socket().async_wait(what, yield_[ignored]);
            return true;
        });
    }

    std::vector<socks5::address> resolve(socks5::address const& dst, time_point limit) {
        return at_once::resolve(dst, limit, resolver_, yield_);
    }
    void end_look_up() { resolver_.give_up(); }

    stream connect(socks5::address const& address, time_point limit) {
        return at_once::connect(address, limit,
                                [&](tcp::socket& target, tcp::endpoint const& where, error_code& error) {
                                    target.async_connect(where, yield_[error]);
                                });
    }

    std::optional<visitor> accept(listener& l, stream& leaving);

    std::optional<std::size_t> receive_from(datagrams& from, std::span<socks5::octet> buffer, socks5::address& sender) {
        udp::endpoint endpoint;
        auto const size = from.receive_from(buffer, endpoint, std::bind_front(&coroutine::wait, this));
        if (size) sender = to_address(endpoint);
        return size;
    }

    bool send_to(datagrams& from, std::span<socks5::octet const> data, socks5::address const& receiver) {
        return from.send_to(data, to_endpoint<udp::endpoint>(receiver), std::bind_front(&coroutine::wait, this));
    }

    void flush(datagrams& d) { d.flush(std::bind_front(&coroutine::wait, this)); }

    /// Runs f in a coroutine of its own and g in this one, and returns when both have. Throws what one of them threw, g
    /// first. If one of them fails, it is on its caller to make the other one end.
    template <class F, class G>
    void both(F f, G g) {
        bool other_ended = false;
        std::exception_ptr other_failure;
        asio::steady_timer other_end(shared_.io, time_point::max());
        spawn(shared_.io, [&](yield_context const& yield) {
            coroutine there(shared_, resolver_, yield, tap());
            other_failure = failure_of([&] { f(there); });
            other_ended = true;
            other_end.cancel();
        });
        auto const failure = failure_of([&] { g(*this); });
        error_code cancelled;
        if (!other_ended) other_end.async_wait(yield_[cancelled]);
        if (failure) std::rethrow_exception(failure);
        if (other_failure) std::rethrow_exception(other_failure);
    }

    void pause(std::chrono::milliseconds time) {
        error_code ignored;
        asio::steady_timer(shared_.io, time).async_wait(yield_[ignored]);
    }

private:
    std::size_t receive(stream& from, std::span<socks5::octet> buffer);
    bool something_comes(stream& from);
    void wait(udp::socket& s, udp::socket::wait_type what);

    coroutine_resources& shared_;
    coroutine_resolver& resolver_;
    yield_context yield_;
};

}  // namespace network
