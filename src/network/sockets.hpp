/// Sockets that were made for a session, and are not connected to anybody yet. To make one takes no waiting, so it is
/// the same whether threads wait or coroutines do.
#pragma once

#include "network/datagram_socket.hpp"
#include "network/listener.hpp"
#include "network/pipe.hpp"
#include "network/resources.hpp"

namespace network {

/// A part of a model of session::any_network, where each operation is explained.
class sockets {
public:
    using stream = network::stream;
    using pipe = network::pipe;
    using listener = network::listener;
    using datagram_socket = network::datagram_socket;

    stream open_stream(socks5::address const& target);
    listener listen(socks5::host const& host);
    datagram_socket open_datagram_socket(socks5::host const& host);
    datagram_socket open_datagram_socket();
    pipe open_pipe(stream& from, stream& to) { return {resources_.pipes, from, to}; }
    socks5::host route_to(socks5::address const& address);

protected:
    sockets(resources& shared, bool datagrams_block) : resources_(shared), datagrams_block_(datagrams_block) {}

    /// What resolve() delivers. look_up(name, error) is called unless the name is an address in letters.
    std::vector<socks5::address> ways_to(socks5::address const& dst, auto&& look_up) const {
        auto const& name = std::get<socks5::domainname>(dst.host).octets;
        error_code error;
        std::vector found{asio::ip::make_address(name, error)};
        if (error) found = look_up(name, error);
        return reachable(found, dst.port, error);
    }

    /// The end of connect(), when it has waited.
    static void finish_connect(stream& target, error_code const& error, bool too_late);

private:
    std::vector<socks5::address> reachable(std::vector<asio::ip::address> const& found, std::uint16_t port,
                                           error_code const& error) const;
    datagram_socket bound_to(asio::ip::address const& ip) const;
    bool can_reach(asio::ip::address const& ip) const {
        return !resources_.outgoing || resources_.outgoing->is_v4() == ip.is_v4();
    }

    resources& resources_;
    bool datagrams_block_;
};

}  // namespace network
