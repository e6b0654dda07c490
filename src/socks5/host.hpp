/// The three ways to name a host, RFC 1928 section 5.
#pragma once

#include "socks5/text.hpp"

#include <array>
#include <compare>
#include <variant>

namespace socks5 {

enum class atyp : octet { ipv4 = 1, domainname = 3, ipv6 = 4 };

/// An IPv4 address in the order of the network: 127.0.0.1 is {127, 0, 0, 1}.
struct ipv4 {
    std::array<octet, 4> octets{};
    std::strong_ordering operator<=>(ipv4 const&) const = default;
};

/// An IPv6 address in the order of the network.
struct ipv6 {
    std::array<octet, 16> octets{};
    std::strong_ordering operator<=>(ipv6 const&) const = default;
};

/// A name exactly as it was sent: 0 to 255 octets of any value.
struct domainname {
    std::string octets;
    std::strong_ordering operator<=>(domainname const&) const = default;
};

/// A type of address that the RFC does not know: where the host ends is unknown.
struct unknown_host {
    octet type = 0;
    std::strong_ordering operator<=>(unknown_host const&) const = default;
};

using host = std::variant<ipv4, domainname, ipv6, unknown_host>;

/// 0.0.0.0 and ::, which name no host.
inline bool is_unspecified(host const& h) { return h == host(ipv4{}) || h == host(ipv6{}); }

inline octet type(ipv4 const&) { return octet(atyp::ipv4); }
inline octet type(ipv6 const&) { return octet(atyp::ipv6); }
inline octet type(domainname const&) { return octet(atyp::domainname); }
inline octet type(unknown_host const& h) { return h.type; }

inline std::string_view type_name(ipv4 const&) { return "IPv4 address"; }
inline std::string_view type_name(ipv6 const&) { return "IPv6 address"; }
inline std::string_view type_name(domainname const&) { return "domain name"; }
inline std::string_view type_name(unknown_host const&) { return "unknown address type"; }

/// The octets of ADDR. A name has its length in front and no zero octet behind.
inline octets encoded(ipv4 const& h) { return {h.octets.begin(), h.octets.end()}; }
inline octets encoded(ipv6 const& h) { return {h.octets.begin(), h.octets.end()}; }
inline octets encoded(unknown_host const&) { return {}; }
inline octets encoded(domainname const& h) {
    octets field(1 + h.octets.size());
    field.front() = static_cast<octet>(h.octets.size());
    std::ranges::copy(h.octets, field.begin() + 1);
    return field;
}

inline std::string to_string(domainname const& h) { return printable(h.octets); }
inline std::string to_string(unknown_host const& h) { return "unknown address type 0x" + hex(h.type); }
inline std::string to_string(ipv4 const& h) {
    auto const part = [&](std::size_t i) { return std::to_string(h.octets[i]); };
    return part(0) + '.' + part(1) + '.' + part(2) + '.' + part(3);
}

/// RFC 5952: no zeros in front of a group, and "::" for the first of the longest runs of zero groups.
inline std::string to_string(ipv6 const& h) {
    auto const group = [&](std::size_t i) {
        auto const digits = hex(h.octets[2 * i]) + hex(h.octets[2 * i + 1]);
        return digits.substr(std::min<std::size_t>(digits.find_first_not_of('0'), 3));
    };
    std::size_t gap = 8, gap_length = 1;  // a single zero group is no gap
    for (std::size_t i = 0, zeros = 0; i < 8; ++i) {
        zeros = group(i) == "0" ? zeros + 1 : 0;
        if (zeros > gap_length) {
            gap = i + 1 - zeros;
            gap_length = zeros;
        }
    }
    std::string text;
    for (std::size_t i = 0; i < 8; ++i) {
        if (i == gap) text += "::";
        if (i >= gap && i < gap + gap_length) continue;
        if (!text.empty() && text.back() != ':') text += ':';
        text += group(i);
    }
    return text;
}

inline std::string to_string(host const& h) {
    return std::visit([](auto const& alternative) { return to_string(alternative); }, h);
}

}  // namespace socks5
