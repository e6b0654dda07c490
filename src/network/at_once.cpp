#include "network/at_once.hpp"

namespace network {

using boost::system::system_error;

/// Not by Asio's option, because the destructor of its socket would take that back.
void at_once::reset_on_close(stream& s) {
    linger const immediately{1, 0};
    ::setsockopt(s.socket().native_handle(), SOL_SOCKET, SO_LINGER, &immediately, sizeof immediately);
}

bool at_once::connected(stream const& s) {
    error_code error;
    s.socket().remote_endpoint(error);
    return !error;
}

socks5::address at_once::local(stream const& s) {
    error_code gone;  // then it is 0.0.0.0:0
    return to_address(s.socket().local_endpoint(gone));
}

socks5::host at_once::route_to(socks5::address const& address) {
    if (resources_.outgoing) return to_host(*resources_.outgoing);
    constexpr std::uint16_t any_port = 9;
    error_code error;
    udp::socket probe(resources_.io);
    probe.connect({to_ip(address.host), any_port}, error);  // chooses a route, sends nothing
    if (error) refuse(error);
    return to_host(probe.local_endpoint().address());
}

/// Of the addresses that were found. Throws refused when the look-up has failed.
std::vector<socks5::address> at_once::reachable(std::vector<asio::ip::address> const& found, std::uint16_t port,
                                                error_code const& error) const {
    if (error == asio::error::operation_aborted)
        throw socks5::refused(socks5::rep::host_unreachable, "no answer for the name (time limit)");
    if (error) refuse(error);
    std::vector<socks5::address> addresses;
    for (auto const& ip : found)
        if (can_reach(ip)) addresses.push_back({to_host(ip), port});
    return addresses;
}

bool at_once::can_reach(asio::ip::address const& ip) const {
    return !resources_.outgoing || resources_.outgoing->is_v4() == ip.is_v4();
}

tcp::socket at_once::socket_towards(tcp::endpoint const& target) {
    if (!can_reach(target.address()))
        throw socks5::refused(socks5::rep::network_unreachable, "the outgoing address is of the other kind");
    tcp::socket socket(resources_.io);
    error_code error;
    socket.open(target.protocol(), error);
    if (!error && resources_.outgoing) socket.bind({*resources_.outgoing, 0}, error);
    if (error) refuse(error);
    return socket;
}

at_once::listener at_once::listen(socks5::host const& host) {
    try {
        return {resources_.io, {to_ip(host), 0}};
    } catch (system_error const& e) {
        refuse(e.code());
    }
}

at_once::datagrams at_once::open_datagrams(socks5::host const& host) {
    try {
        return {resources_.io, {to_ip(host), 0}, resources_.sockets_block};
    } catch (system_error const& e) {
        refuse(e.code());
    }
}

at_once::datagrams at_once::open_datagrams() {
    if (resources_.outgoing) return open_datagrams(to_host(*resources_.outgoing));
    try {
        return {resources_.io, {asio::ip::address_v6::any(), 0}, resources_.sockets_block};
    } catch (system_error const&) {
        // A machine without IPv6.
    }
    return open_datagrams(socks5::ipv4{});
}

}  // namespace network
