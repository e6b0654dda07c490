/// Who may come, and where to.
#pragma once

#include "socks5/reply.hpp"

#include <optional>
#include <vector>

namespace session {

/// A block of addresses: those that share the first `prefix` bits with `base`.
struct cidr {
    socks5::host base;    ///< ipv4 or ipv6
    unsigned prefix = 0;  ///< 0 to 32, or 0 to 128

    bool contains(socks5::host const& host) const;
};

/// A target that is out of bounds, on the ports `from` to `to`.
struct target_rule {
    std::variant<cidr, std::string> what;  ///< a normal name; "*.name" is all names below it, "*" every target
    std::uint16_t from = 0;
    std::uint16_t to = 65535;

    bool matches(socks5::address const& target) const;
};

struct rules {
    std::vector<cidr> allowed_clients;  ///< none: every client
    std::vector<target_rule> denied_targets;
    bool allow_local_targets = false;  ///< let clients of other machines reach our loopback and link-local addresses

    bool admit(socks5::host const& client) const;

    /// Throws refused when the client may not reach this target: what a request names, and again each address that
    /// a name stands for, right before it is used.
    void check(socks5::address const& target, bool client_is_local) const;
};

/// Names are compared without regard to case, and "example.com." is "example.com".
std::string normal(std::string name);

/// ::ffff:192.0.2.1, an IPv4 address in the clothes of an IPv6 address, is 192.0.2.1. Others stay as they are.
socks5::host unmapped(socks5::host const& host);

/// 127.0.0.0/8 and ::1.
bool is_loopback(socks5::host const& host);

/// What only this machine can see: its loopback (127.0.0.0/8, ::1, 0.0.0.0, ::) and its neighbours on the same cable
/// (link-local addresses, multicast included).
bool is_local(socks5::host const& host);

}  // namespace session
