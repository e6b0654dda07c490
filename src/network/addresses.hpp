/// Addresses: those of the protocol, and those of Asio.
#pragma once

#include "socks5/address.hpp"

#include <boost/asio/ip/address.hpp>

namespace network {

namespace asio = boost::asio;

/// IPv4-mapped IPv6 addresses, which sockets for both families deliver, become the IPv4 addresses that they mean.
inline socks5::host to_host(asio::ip::address const& ip) {
    if (ip.is_v4()) return socks5::ipv4{ip.to_v4().to_bytes()};
    auto const v6 = ip.to_v6();
    if (v6.is_v4_mapped()) return socks5::ipv4{make_address_v4(asio::ip::v4_mapped, v6).to_bytes()};
    return socks5::ipv6{v6.to_bytes()};
}

template <class Endpoint>
socks5::address to_address(Endpoint const& endpoint) {
    return {to_host(endpoint.address()), endpoint.port()};
}

/// Throws std::bad_variant_access for a name: names have to be looked up first.
inline asio::ip::address to_ip(socks5::host const& host) {
    if (auto const* v4 = std::get_if<socks5::ipv4>(&host)) return asio::ip::address_v4(v4->octets);
    return asio::ip::address_v6(std::get<socks5::ipv6>(host).octets);
}

template <class Endpoint>
Endpoint to_endpoint(socks5::address const& address) {
    return {to_ip(address.host), address.port};
}

/// Where this machine itself reaches a socket that is bound to `local`, which may be all addresses of the machine.
template <class Endpoint>
Endpoint way_to_ourselves(Endpoint const& local) {
    if (!local.address().is_unspecified()) return local;
    if (local.address().is_v4()) return {asio::ip::address_v4::loopback(), local.port()};
    return {asio::ip::address_v6::loopback(), local.port()};
}

}  // namespace network
