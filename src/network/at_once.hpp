/// What a network does at once, without waiting. It is the same whether threads wait or coroutines do.
#pragma once

#include "capture/tap.hpp"
#include "network/addresses.hpp"
#include "network/datagrams.hpp"
#include "network/listener.hpp"
#include "network/pipe.hpp"
#include "network/resources.hpp"

#include <exception>

namespace network {

/// A part of a model of session::network, where each operation is explained.
class at_once {
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

    pipe open_pipe(stream& from, stream& to) { return {resources_.pipes, from, to}; }

    void shutdown_send(stream& s);
    void shutdown_receive(stream& s);
    void end(stream& s);
    void end(listener& l) { l.end(); }
    void end(datagrams& d) { d.end(); }
    void reset_on_close(stream& s);
    bool connected(stream const& s);

    socks5::address local(stream const& s);
    socks5::address local(listener const& l) { return to_address(l.local()); }
    socks5::address local(datagrams const& d) { return to_address(d.local()); }

    socks5::host route_to(socks5::address const& address);
    listener listen(socks5::host const& host);
    datagrams open_datagrams(socks5::host const& host);
    datagrams open_datagrams();
    bool has_more(datagrams const& d) { return d.has_more(); }

    alarm alarm_at(time_point due, std::function<void()> wake) { return {resources_.watchdog, due, std::move(wake)}; }
    bool stopping() const { return resources_.watchdog.stopping(); }

    /// From now on this connection is recorded, if there is a tap. Its peer has come to us.
    void observe_visitor(stream& s, socks5::address const& peer, capture::side side);

protected:
    /// With a tap, all that its connections and datagrams carry is recorded.
    at_once(network::resources& shared, capture::tap const* tap) : resources_(shared), tap_(tap) {}

    capture::tap const* tap() const { return tap_; }

    /// The resolver is asked, if the name is not a number; `how...` tells it how to wait.
    std::vector<socks5::address> resolve(socks5::address const& dst, time_point limit, auto& resolver,
                                         auto const&... how) {
        auto const& name = std::get<socks5::domainname>(dst.host).octets;
        error_code error;
        std::vector found{asio::ip::make_address(name, error)};
        if (error) {
            auto const time_is_up = alarm_at(limit, [&] { resolver.give_up(); });
            found = resolver.look_up(name, error, how...);
        }
        return reachable(found, dst.port, error);
    }

    /// connect(socket, endpoint, error) waits until the socket is connected, or was shut.
    stream connect(socks5::address const& address, time_point limit, auto&& connect) {
        tcp::endpoint const endpoint(to_ip(address.host), address.port);
        auto target = socket_towards(endpoint);
        auto observer = observe_connect(target, address);
        error_code error;
        {
            auto const time_is_up = alarm_at(limit, [&] { shut(target, tcp::socket::shutdown_both); });
            connect(target, endpoint, error);
            if (time_is_up.rang()) throw socks5::refused(socks5::rep::host_unreachable, "no connection (time limit)");
        }
        if (observer && !error) observer->connected();
        if (observer && error == asio::error::connection_refused) observer->refused();
        if (error) refuse(error);
        prepare(target.native_handle());
        return stream(std::move(target), std::move(observer));
    }

    /// What run() throws, or nothing.
    static std::exception_ptr failure_of(auto&& run) {
        try {
            run();
        } catch (std::exception const&) {
            return std::current_exception();
        }
        return {};
    }

    /// Is it still there? What it sends is kept until it is read.
    static bool stays(stream& leaving, auto&& receive) {
        try {
            return leaving.read_ahead(receive);
        } catch (std::exception const&) {
            return false;
        }
    }

    /// accept(acceptor, from, error) waits for somebody, and returns his socket.
    std::optional<visitor> accept(listener& l, auto&& accept) {
        try {
            auto came = l.accept(accept);
            if (!came) return {};
            visitor who{std::move(came->stream), to_address(came->from)};
            observe_visitor(who.stream, who.address, capture::side::target);
            return who;
        } catch (boost::system::system_error const& e) {
            refuse(e.code());
        }
    }

private:
    static void shut(tcp::socket& s, tcp::socket::shutdown_type how) {
        error_code ignored;  // the connection may have ended by itself
        s.shutdown(how, ignored);
    }

    std::vector<socks5::address> reachable(std::vector<asio::ip::address> const& found, std::uint16_t port,
                                           error_code const& error) const;
    bool can_reach(asio::ip::address const& ip) const;
    tcp::socket socket_towards(tcp::endpoint const& target);
    std::unique_ptr<capture::connection> observe_connect(tcp::socket& socket, socks5::address const& target);
    datagrams open_datagrams(asio::ip::address const& ip, capture::side side);
    std::unique_ptr<capture::datagrams> observe_datagrams(capture::side side);

    network::resources& resources_;
    capture::tap const* tap_;  ///< none: nothing is recorded
};

}  // namespace network
