/// The blocking network: to wait is to block, and to wait for two things at once takes a second thread.
#pragma once

#include "network/addresses.hpp"
#include "network/datagrams.hpp"
#include "network/errors.hpp"
#include "network/listener.hpp"
#include "network/pipe.hpp"
#include "network/resolver.hpp"
#include "network/resources.hpp"

#include <boost/asio/write.hpp>

#include <exception>
#include <span>
#include <thread>

namespace network {

/// Models session::network, where each operation is explained. One for each client, and for all its threads: what
/// blocks is the thread that calls.
class blocking {
public:
    using stream = network::stream;
    using pipe = network::pipe;
    using listener = network::listener;
    using datagrams = network::datagrams;
    using alarm = watchdog::alarm;
    struct visitor {
        network::stream stream;
        socks5::address address;
    };

    explicit blocking(network::resources& shared) : shared_(shared), resolver_(shared.io, shared.look_ups) {}

    socks5::octets read(stream& from, std::size_t n) { return from.read(n); }
    std::size_t read_some(stream& from, std::span<socks5::octet> buffer) { return from.read_some(buffer); }

    void write(stream& to, std::span<socks5::octet const> octets) {
        error_code error;
        asio::write(to.socket(), asio::buffer(octets.data(), octets.size()), error);
        if (error) lost(error);
    }

    pipe open_pipe(stream& from, stream& to) { return {shared_.pipes, from, to}; }
    std::size_t move_some(pipe& p) { return p.move_some(); }

    void shutdown_send(stream& s) { shut(s.socket(), tcp::socket::shutdown_send); }
    void shutdown_receive(stream& s) { shut(s.socket(), tcp::socket::shutdown_receive); }
    void end(stream& s) { shut(s.socket(), tcp::socket::shutdown_both); }
    void end(listener& l) { l.end(); }
    void end(datagrams& d) { d.end(); }

    /// Not by Asio's option, because the destructor of its socket would take that back.
    void reset_on_close(stream& s) {
        linger const at_once{1, 0};
        ::setsockopt(s.socket().native_handle(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }

    bool connected(stream const& s) {
        error_code error;
        s.socket().remote_endpoint(error);
        return !error;
    }

    socks5::address local(stream const& s) {
        error_code gone;  // then it is 0.0.0.0:0
        return to_address(s.socket().local_endpoint(gone));
    }
    socks5::address local(listener const& l) { return to_address(l.local()); }
    socks5::address local(datagrams const& d) { return to_address(d.local()); }

    std::vector<socks5::address> resolve(socks5::address const& dst, time_point limit);
    void end_look_up() { resolver_.give_up(); }
    stream connect(socks5::address const& address, time_point limit);
    socks5::host route_to(socks5::address const& address);

    listener listen(socks5::host const& host);
    std::optional<visitor> accept(listener& l, stream& leaving);

    datagrams open_datagrams(socks5::host const& host);
    datagrams open_datagrams();

    std::optional<std::size_t> receive_from(datagrams& from, std::span<socks5::octet> buffer, socks5::address& sender) {
        udp::endpoint endpoint;
        auto const size = from.receive_from(buffer, endpoint);
        if (size) sender = to_address(endpoint);
        return size;
    }

    bool has_more(datagrams const& d) { return d.has_more(); }

    bool send_to(datagrams& from, std::span<socks5::octet const> data, socks5::address const& receiver) {
        return from.send_to(data, to_endpoint<udp::endpoint>(receiver));
    }

    void flush(datagrams& d) { d.flush(); }

    /// Runs f in a thread of its own and g in this one, and returns when both have. Throws what one of them threw, g
    /// first. If one of them fails, it is on its caller to make the other one end.
    template <class F, class G>
    void both(F f, G g) {
        crew::job other([&] { f(*this); });
        auto other_end = other.get_future();
        shared_.threads.run(std::move(other));
        std::exception_ptr failure;
        try {
            g(*this);
        } catch (std::exception const&) {
            failure = std::current_exception();
        }
        other_end.wait();
        if (failure) std::rethrow_exception(failure);
        other_end.get();
    }

    alarm alarm_at(time_point due, std::function<void()> wake) { return {shared_.watchdog, due, std::move(wake)}; }
    bool stopping() const { return shared_.watchdog.stopping(); }
    void pause(std::chrono::milliseconds time) { std::this_thread::sleep_for(time); }

private:
    static void shut(tcp::socket& s, tcp::socket::shutdown_type how) {
        error_code ignored;  // the connection may have ended by itself
        s.shutdown(how, ignored);
    }

    std::vector<asio::ip::address> look_up(std::string const& name, time_point limit);  // without numbers

    network::resources& shared_;
    resolver resolver_;
};

}  // namespace network
