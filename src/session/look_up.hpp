/// From a destination to addresses.
#pragma once

#include "session/any_network.hpp"
#include "session/rules.hpp"

namespace session {

/// What can be a name at all: 1 to 253 octets, RFC 1035 section 2.3.4, all of them visible. The C library would
/// read a name only up to its first zero octet, and so look up another one than the rules have seen.
inline bool is_name(std::string const& octets) {
    auto const visible = [](char c) { return c > ' ' && c <= '~'; };
    return !octets.empty() && octets.size() <= 253 && std::ranges::all_of(octets, visible);
}

/// The addresses of a destination, at least one, in the order in which they should be tried; never IPv4-mapped ones.
/// Throws refused.
template <class Net>
std::vector<socks5::address> look_up(Net& net, socks5::address const& dst, time_point limit) {
    auto const* name = std::get_if<socks5::domainname>(&dst.host);
    if (name == nullptr) return {{unmapped(dst.host), dst.port}};
    if (!is_name(name->octets)) throw socks5::refused(socks5::rep::host_unreachable, "not a name");
    auto const addresses = net.resolve(dst, limit);
    if (addresses.empty()) throw socks5::refused(socks5::rep::host_unreachable, "name without address");
    return addresses;
}

}  // namespace session
