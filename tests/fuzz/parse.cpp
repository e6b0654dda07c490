/// What people type: addresses, rules, limits.
#include "network/addresses.hpp"
#include "parsed.hpp"

using namespace plainsocks;

namespace {

void check_addresses(std::string const& text) {
    if (text.find('%') != std::string::npos) return;  // fe80::1%eth0: the system knows its interfaces
    if (auto const ip = parsed(parse_address, text))
        expect(parse_address(ip->to_string()) == *ip, "an address is written as it is read");
    if (auto const endpoint = parsed(parse_endpoint, text)) {
        auto const address = network::to_address(*endpoint);
        expect(network::to_address(parse_endpoint(to_string(address))) == address, "an endpoint, too");
    }
}

/// The address with one bit turned round, counted from the first.
socks5::host turned(socks5::host host, unsigned bit) {
    auto const turn = [&](auto& octets) { octets[bit / 8] ^= static_cast<socks5::octet>(0x80 >> bit % 8); };
    if (auto* ip = std::get_if<socks5::ipv4>(&host)) turn(ip->octets);
    if (auto* ip = std::get_if<socks5::ipv6>(&host)) turn(ip->octets);
    return host;
}

void check_cidr(std::string const& text) {
    auto const block = parsed(parse_cidr, text);
    if (!block) return;
    expect(text.find('%') == std::string::npos, "no block is of one interface only");
    unsigned const bits = std::holds_alternative<socks5::ipv4>(block->base) ? 32 : 128;
    expect(block->prefix <= bits, "a prefix is not longer than an address");
    expect(block->contains(block->base), "a block contains its base");
    for (unsigned bit = 0; bit < bits; ++bit)
        expect(block->contains(turned(block->base, bit)) == (bit >= block->prefix), "what counts is the prefix");
    auto const same = parse_cidr(to_string(block->base) + '/' + std::to_string(block->prefix));
    expect(same.base == block->base && same.prefix == block->prefix, "a block is written as it is read");
}

/// A target for which the rule is made.
socks5::host example_of(session::target_rule const& rule) {
    if (auto const* block = std::get_if<session::cidr>(&rule.what)) return block->base;
    auto name = std::get<std::string>(rule.what);
    if (name.starts_with('*')) name.front() = 'x';
    for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return socks5::domainname{name + '.'};
}

/// And one that looks like it: another name with the same end.
socks5::host counterexample_of(session::target_rule const& rule) {
    if (auto const* block = std::get_if<session::cidr>(&rule.what)) return socks5::domainname{to_string(block->base)};
    auto const& name = std::get<std::string>(rule.what);
    return socks5::domainname{std::string("x").append(name, name.starts_with("*.") ? 2 : 0)};
}

void check_target_rule(std::string const& text) {
    auto const rule = parsed(parse_target_rule, text);
    if (!rule) return;
    auto const host = example_of(*rule);
    expect(rule->matches({host, rule->from}) && rule->matches({host, rule->to}), "a rule has a target that it forbids");
    auto const below = static_cast<std::uint16_t>(rule->from - 1), above = static_cast<std::uint16_t>(rule->to + 1);
    expect(rule->from == 0 || !rule->matches({host, below}), "a rule holds from its first port on");
    expect(rule->to == 65535 || !rule->matches({host, above}), "a rule holds up to its last port");
    auto const* name = std::get_if<std::string>(&rule->what);
    expect((name != nullptr && *name == "*") || !rule->matches({counterexample_of(*rule), rule->from}),
           "a rule forbids no other name");
}

void check_numbers(std::string const& text) {
    if (auto const limit = parsed(parse_seconds, text)) {
        expect(limit->count() >= 0 && limit->count() <= 1'000'000'000, "a limit is in the range that the parser names");
        auto const digits = text.substr(0, text.find_first_of("eEpP"));
        expect(limit->count() > 0 || digits.find_first_of("123456789") == std::string::npos, "only zero is no limit");
    }
    auto const count_of = [](std::string const& digits) { return plainsocks::parse_count(digits, 1'000'000); };
    if (auto const count = parsed(count_of, text))
        expect(text.substr(text.find_first_not_of('0')) == std::to_string(*count), "a count is what was typed");
}

}  // namespace

void fuzz(socks5::octets const& input) {
    auto const end = std::ranges::find(input, 0);  // nobody can type a zero octet
    std::string const text(input.begin(), end);
    check_addresses(text);
    check_cidr(text);
    check_target_rule(text);
    check_numbers(text);
}
