#include "session/rules.hpp"

#include <cctype>
#include <span>

namespace session {

namespace {

std::span<socks5::octet const> bits(socks5::host const& host) {
    if (auto const* ip = std::get_if<socks5::ipv4>(&host)) return ip->octets;
    if (auto const* ip = std::get_if<socks5::ipv6>(&host)) return ip->octets;
    return {};
}

bool matches_name(std::string const& pattern, socks5::host const& host) {
    auto const* name = std::get_if<socks5::domainname>(&host);
    if (pattern == "*") return true;
    if (name == nullptr) return false;
    return pattern.starts_with("*.") ? normal(name->octets).ends_with(pattern.substr(1))
                                     : normal(name->octets) == pattern;
}

constexpr socks5::ipv6 mapped{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}};
constexpr socks5::ipv6 ipv6_loopback{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};

cidr const loopback_blocks[]{{socks5::ipv4{{127}}, 8}, {ipv6_loopback, 128}};
cidr const link_local_blocks[]{
    {socks5::ipv4{{169, 254}}, 16},   {socks5::ipv4{{224, 0, 0}}, 24},   // multicast that no router passes on
    {socks5::ipv6{{0xfe, 0x80}}, 10}, {socks5::ipv6{{0xff, 0x01}}, 16},  // multicast within this machine
    {socks5::ipv6{{0xff, 0x02}}, 16},                                    // multicast that no router passes on
};

bool any_contains(std::span<cidr const> blocks, socks5::host const& host) {
    return std::ranges::any_of(blocks, [&](cidr const& block) { return block.contains(host); });
}

/// Where a connection to this host really goes: to 0.0.0.0 or :: means to this machine.
socks5::host reached(socks5::host const& host) {
    auto const plain = unmapped(host);
    if (plain == socks5::host(socks5::ipv4{})) return socks5::ipv4{{127, 0, 0, 1}};
    if (plain == socks5::host(socks5::ipv6{})) return ipv6_loopback;
    return plain;
}

}  // namespace

std::string normal(std::string name) {
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (name.ends_with('.')) name.pop_back();
    return name;
}

bool cidr::contains(socks5::host const& host) const {
    auto const ours = bits(base), theirs = bits(host);
    if (ours.size() != theirs.size()) return false;
    for (unsigned i = 0; i < prefix; ++i)
        if ((ours[i / 8] ^ theirs[i / 8]) & (0x80 >> i % 8)) return false;
    return true;
}

bool target_rule::matches(socks5::address const& target) const {
    if (target.port < from || target.port > to) return false;
    if (auto const* block = std::get_if<cidr>(&what))
        return block->contains(unmapped(target.host)) || block->contains(reached(target.host));
    return matches_name(std::get<std::string>(what), target.host);
}

bool rules::admit(socks5::host const& client) const {
    return allowed_clients.empty() || any_contains(allowed_clients, unmapped(client));
}

void rules::check(socks5::address const& target, bool client_is_local) const {
    using enum socks5::rep;
    auto const matches = [&](target_rule const& rule) { return rule.matches(target); };
    if (std::ranges::any_of(denied_targets, matches))
        throw socks5::refused(connection_not_allowed_by_ruleset, to_string(target) + " is denied by a rule");
    if (!client_is_local && !allow_local_targets && is_local(target.host))
        throw socks5::refused(connection_not_allowed_by_ruleset,
                              to_string(target) + " is local to this machine, and the client is not");
}

socks5::host unmapped(socks5::host const& host) {
    if (!cidr{mapped, 96}.contains(host)) return host;
    socks5::ipv4 inner;
    std::ranges::copy(bits(host).last(4), inner.octets.begin());
    return inner;
}

bool is_loopback(socks5::host const& host) { return any_contains(loopback_blocks, unmapped(host)); }

bool is_local(socks5::host const& host) {
    return any_contains(loopback_blocks, reached(host)) || any_contains(link_local_blocks, reached(host));
}

}  // namespace session
