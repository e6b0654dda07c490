#include "network/at_once.hpp"

namespace network {

using boost::system::system_error;

namespace {

/// To the recording, if there is one.
void tell(stream& s, void (capture::connection::*what)()) {
    if (s.observer() != nullptr) (s.observer()->*what)();
}

}  // namespace

void at_once::shutdown_send(stream& s) {
    tell(s, &capture::connection::ends);
    shut(s.socket(), tcp::socket::shutdown_send);
}

void at_once::shutdown_receive(stream& s) {
    tell(s, &capture::connection::stops_reading);
    shut(s.socket(), tcp::socket::shutdown_receive);
}

void at_once::end(stream& s) {
    tell(s, &capture::connection::stops_reading);
    tell(s, &capture::connection::ends);
    shut(s.socket(), tcp::socket::shutdown_both);
}

/// Not by Asio's option, because the destructor of its socket would take that back.
void at_once::reset_on_close(stream& s) {
    tell(s, &capture::connection::resets_on_close);
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
    return open_datagrams(to_ip(host), capture::side::client);
}

at_once::datagrams at_once::open_datagrams() {
    if (resources_.outgoing) return open_datagrams(*resources_.outgoing, capture::side::target);
    try {
        return open_datagrams(asio::ip::address_v6::any(), capture::side::target);
    } catch (socks5::refused const&) {
        // A machine without IPv6.
    }
    return open_datagrams(asio::ip::address_v4::any(), capture::side::target);
}

at_once::datagrams at_once::open_datagrams(asio::ip::address const& ip, capture::side side) {
    try {
        return {resources_.io, {ip, 0}, resources_.sockets_block, observe_datagrams(side)};
    } catch (system_error const& e) {
        refuse(e.code());
    }
}

/// Our own port has to be known before there is a connection; so it is chosen now.
std::unique_ptr<capture::connection> at_once::observe_connect(tcp::socket& socket, socks5::address const& target) {
    if (tap_ == nullptr) return {};
    error_code ignored;
    if (!resources_.outgoing) socket.bind({to_ip(route_to(target)), 0}, ignored);
    auto observer = tap_->open(capture::side::target, to_address(socket.local_endpoint(ignored)), target);
    observer->connecting();
    return observer;
}

void at_once::observe_visitor(stream& s, socks5::address const& peer, capture::side side) {
    if (tap_ == nullptr) return;
    auto observer = tap_->open(side, local(s), peer);
    observer->accepted();
    s.observe(std::move(observer));
}

std::unique_ptr<capture::datagrams> at_once::observe_datagrams(capture::side side) {
    if (tap_ == nullptr) return {};
    return tap_->open(side, [this](socks5::address const& peer) {
        try {
            return route_to(peer);
        } catch (socks5::refused const&) {
            return socks5::host();  // no way there any more
        }
    });
}

}  // namespace network
