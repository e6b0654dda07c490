/// Addresses: those of the protocol, and those of Asio.
#pragma once

#include "socks5/address.hpp"

#include <boost/asio/ip/address.hpp>

namespace network {

/// IPv4-mapped IPv6 addresses, which sockets for both families deliver, become the IPv4 addresses that they mean.
inline socks5::host to_host(boost::asio::ip::address const& ip) {
    if (ip.is_v4()) return socks5::ipv4{ip.to_v4().to_bytes()};
    auto const v6 = ip.to_v6();
    if (v6.is_v4_mapped()) return socks5::ipv4{make_address_v4(boost::asio::ip::v4_mapped, v6).to_bytes()};
    return socks5::ipv6{v6.to_bytes()};
}

template <class Endpoint>
socks5::address to_address(Endpoint const& endpoint) {
    return {to_host(endpoint.address()), endpoint.port()};
}

/// Throws std::bad_variant_access for a name: names have to be looked up first.
inline boost::asio::ip::address to_ip(socks5::host const& host) {
    if (auto const* v4 = std::get_if<socks5::ipv4>(&host)) return boost::asio::ip::address_v4(v4->octets);
    return boost::asio::ip::address_v6(std::get<socks5::ipv6>(host).octets);
}

template <class Endpoint>
Endpoint to_endpoint(socks5::address const& address) {
    return {to_ip(address.host), address.port};
}

}  // namespace network
