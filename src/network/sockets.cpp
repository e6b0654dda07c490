#include "network/sockets.hpp"

namespace network {

using boost::system::system_error;

stream sockets::open_stream(socks5::address const& target) {
    auto const endpoint = to_endpoint<tcp::endpoint>(target);
    if (!can_reach(endpoint.address()))
        throw socks5::refused(socks5::rep::network_unreachable, "the outgoing address is of the other kind");
    tcp::socket socket(resources_.io);
    error_code error;
    socket.open(endpoint.protocol(), error);
    if (!error && resources_.outgoing) socket.bind({*resources_.outgoing, 0}, error);
    if (error) throw refusal(error);
    return {std::move(socket), endpoint};
}

listener sockets::listen(socks5::host const& host) {
    try {
        return {resources_.io, {to_ip(host), 0}};
    } catch (system_error const& e) {
        throw refusal(e.code());
    }
}

datagram_socket sockets::open_datagram_socket(socks5::host const& host) { return bound_to(to_ip(host)); }

datagram_socket sockets::open_datagram_socket() {
    if (resources_.outgoing) return bound_to(*resources_.outgoing);
    try {
        return bound_to(asio::ip::address_v6::any());
    } catch (socks5::refused const&) {
        return bound_to(asio::ip::address_v4::any());  // a machine without IPv6
    }
}

datagram_socket sockets::bound_to(asio::ip::address const& ip) const {
    try {
        return {resources_.io, {ip, 0}, datagrams_block_};
    } catch (system_error const& e) {
        throw refusal(e.code());
    }
}

socks5::host sockets::route_to(socks5::address const& address) {
    if (resources_.outgoing) return to_host(*resources_.outgoing);
    constexpr std::uint16_t any_port = 9;
    error_code error;
    udp::socket probe(resources_.io);
    probe.connect({to_ip(address.host), any_port}, error);  // chooses a route, sends nothing
    auto const local = probe.local_endpoint(error);
    if (error) throw refusal(error);
    return to_host(local.address());
}

void sockets::finish_connect(stream& target, error_code const& error, bool too_late) {
    if (too_late) throw socks5::refused(socks5::rep::host_unreachable, "no connection (time limit)");
    if (error) throw refusal(error);
    prepare(target.socket().native_handle());
}

std::vector<socks5::address> sockets::reachable(std::vector<asio::ip::address> const& found, std::uint16_t port,
                                                error_code const& error) const {
    if (error == asio::error::operation_aborted)
        throw socks5::refused(socks5::rep::host_unreachable, "no answer for the name (time limit)");
    if (error) throw refusal(error);
    std::vector<socks5::address> addresses;
    for (auto const& ip : found)
        if (can_reach(ip)) addresses.push_back({to_host(ip), port});
    return addresses;
}

}  // namespace network
