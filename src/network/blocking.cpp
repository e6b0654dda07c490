#include "network/blocking.hpp"

#include <boost/asio/ip/address.hpp>

namespace network {

using boost::system::system_error;

std::vector<socks5::address> blocking::resolve(socks5::address const& dst, time_point limit) {
    auto const& name = std::get<socks5::domainname>(dst.host).octets;
    error_code not_a_number;
    std::vector found{asio::ip::make_address(name, not_a_number)};
    if (not_a_number) found = look_up(name, limit);
    std::vector<socks5::address> addresses;
    for (auto const& ip : found)
        if (!shared_.outgoing || shared_.outgoing->is_v4() == ip.is_v4()) addresses.push_back({to_host(ip), dst.port});
    return addresses;
}

std::vector<asio::ip::address> blocking::look_up(std::string const& name, time_point limit) {
    error_code error;
    auto const time_is_up = alarm_at(limit, [&] { resolver_.give_up(); });
    auto const addresses = resolver_.look_up(name, error);
    if (error == asio::error::operation_aborted)
        throw socks5::refused(socks5::rep::host_unreachable, "no answer for the name (time limit)");
    if (error) refuse(error);
    return addresses;
}

blocking::stream blocking::connect(socks5::address const& address, time_point limit) {
    tcp::endpoint const endpoint(to_ip(address.host), address.port);
    if (shared_.outgoing && shared_.outgoing->is_v4() != endpoint.address().is_v4())
        throw socks5::refused(socks5::rep::network_unreachable, "the outgoing address is of the other kind");
    tcp::socket target(shared_.io);
    error_code error;
    target.open(endpoint.protocol(), error);
    if (!error && shared_.outgoing) target.bind({*shared_.outgoing, 0}, error);
    if (error) refuse(error);
    {
        auto const time_is_up = alarm_at(limit, [&] { shut(target, tcp::socket::shutdown_both); });
        target.connect(endpoint, error);
        if (time_is_up.rang()) throw socks5::refused(socks5::rep::host_unreachable, "no connection (time limit)");
    }
    if (error) refuse(error);
    prepare(target.native_handle());
    return stream(std::move(target));
}

socks5::host blocking::route_to(socks5::address const& address) {
    if (shared_.outgoing) return to_host(*shared_.outgoing);
    constexpr std::uint16_t any_port = 9;
    error_code error;
    udp::socket probe(shared_.io);
    probe.connect({to_ip(address.host), any_port}, error);  // chooses a route, sends nothing
    if (error) refuse(error);
    return to_host(probe.local_endpoint().address());
}

blocking::listener blocking::listen(socks5::host const& host) {
    try {
        return {shared_.io, {to_ip(host), 0}};
    } catch (system_error const& e) {
        refuse(e.code());
    }
}

std::optional<blocking::visitor> blocking::accept(listener& l, stream& leaving) {
    try {
        auto came = l.accept(leaving);
        if (!came) return {};
        return visitor{std::move(came->stream), to_address(came->from)};
    } catch (system_error const& e) {
        refuse(e.code());
    }
}

blocking::datagrams blocking::open_datagrams(socks5::host const& host) {
    try {
        return {shared_.io, {to_ip(host), 0}};
    } catch (system_error const& e) {
        refuse(e.code());
    }
}

blocking::datagrams blocking::open_datagrams() {
    if (shared_.outgoing) return open_datagrams(to_host(*shared_.outgoing));
    try {
        return {shared_.io, {asio::ip::address_v6::any(), 0}};
    } catch (system_error const&) {
        // A machine without IPv6.
    }
    return open_datagrams(socks5::ipv4{});
}

}  // namespace network
