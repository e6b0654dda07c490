#include "program/parse.hpp"

#include "network/addresses.hpp"
#include "session/look_up.hpp"

#include <charconv>
#include <fstream>

namespace plainsocks {

namespace asio = boost::asio;

namespace {

/// A whole number from 0 to `most`, and nothing else.
std::optional<unsigned> parse_number(std::string_view text, unsigned most) {
    unsigned value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value > most) return {};
    return value;
}

std::uint16_t parse_port(std::string const& text) {
    auto const port = parse_number(text, 65535);
    if (!port) throw usage_error("'" + text + "' is not a port, expected a number from 0 to 65535");
    return static_cast<std::uint16_t>(*port);
}

/// HOST, HOST:PORT, or with an IPv6 address IP, [IP] or [IP]:PORT.
struct host_and_port {
    std::string host;
    std::optional<std::string> port;
};

host_and_port split(std::string const& text) {
    if (text.starts_with('[')) {
        auto const bracket = text.find(']');
        auto const behind = bracket == std::string::npos ? "?" : text.substr(bracket + 1);
        if (behind.empty()) return {text.substr(1, bracket - 1), {}};
        if (!behind.starts_with(':')) throw usage_error("'" + text + "' is not of the form [ADDRESS]:PORT");
        return {text.substr(1, bracket - 1), behind.substr(1)};
    }
    auto const colon = text.find(':');
    if (colon == std::string::npos || text.find(':', colon + 1) != std::string::npos) return {text, {}};
    return {text.substr(0, colon), text.substr(colon + 1)};
}

/// NAME, *.NAME or *. A name that ends in a number is an address with a typing error, and such a rule would never hold.
bool is_name_pattern(std::string const& text) {
    if (text == "*") return true;
    auto const name = session::normal(text.starts_with("*.") ? text.substr(2) : text);
    auto const last = name.substr(name.rfind('.') + 1);  // the whole name if there is no dot
    return session::is_name(name) && name.find_first_of("*/:[]") == std::string::npos && !last.empty() &&
           (last[0] < '0' || last[0] > '9');
}

}  // namespace

asio::ip::address parse_address(std::string const& text) {
    boost::system::error_code error;
    auto const address = asio::ip::make_address(text, error);
    if (error) throw usage_error("'" + text + "' is not an IP address, expected one like 127.0.0.1 or ::1");
    return address;
}

asio::ip::tcp::endpoint parse_endpoint(std::string const& text) {
    auto const [host, port] = split(text);
    if (!port)
        throw usage_error("'" + text + "' has no port, expected ADDRESS:PORT like 127.0.0.1:10800 or [::1]:10800");
    return {parse_address(host), parse_port(*port)};
}

session::cidr parse_cidr(std::string const& text) {
    auto const slash = text.find('/');
    auto const ip = parse_address(text.substr(0, slash));
    auto const host = network::to_host(ip);
    unsigned const most = ip.is_v4() ? 32 : 128;
    unsigned const least = ip.is_v6() && std::holds_alternative<socks5::ipv4>(host) ? 96 : 0;  // ::ffff:10.0.0.0/104
    auto const prefix = slash == std::string::npos ? most : parse_number(text.substr(slash + 1), most);
    auto const has_zone = text.find('%') != std::string::npos;  // fe80::1%eth0: no block knows interfaces
    if (!prefix || *prefix < least || has_zone)
        throw usage_error("'" + text + "' is not a block of addresses, expected one like 10.0.0.0/8 or 2001:db8::/32");
    return {host, *prefix - least};
}

session::target_rule parse_target_rule(std::string const& text) {
    auto [host, ports] = split(text);
    session::target_rule rule;
    if (ports) {
        auto const dash = ports->find('-');
        rule.from = parse_port(ports->substr(0, dash));
        rule.to = dash == std::string::npos ? rule.from : parse_port(ports->substr(dash + 1));
        if (rule.from > rule.to) throw usage_error("'" + text + "' has no ports, expected the lower one first");
    }
    boost::system::error_code not_an_address;
    asio::ip::make_address(host.substr(0, host.find('/')), not_an_address);
    if (!not_an_address)
        rule.what = parse_cidr(host);
    else if (is_name_pattern(host))
        rule.what = session::normal(host);
    else
        throw usage_error("'" + text +
                          "' is no rule, expected a block like 10.0.0.0/8, a name, *.name or *, and behind it " +
                          "nothing, :PORT or :FROM-TO");
    return rule;
}

/// The digits are moved three places to the left of the point. What is finer than a millisecond is rounded up: only
/// zero is no limit.
std::chrono::milliseconds parse_seconds(std::string const& text) {
    constexpr unsigned most = 1'000'000'000;
    auto const point = std::min(text.find('.'), text.size());
    auto digits = text;
    digits.erase(point, 1);
    auto const is_number = !digits.empty() && digits.find_first_not_of("0123456789") == std::string::npos;
    auto const is_finer = digits.find_first_not_of('0', point + 3) != std::string::npos;
    digits.resize(point + 3, '0');
    auto const rounded_down = parse_number(digits, is_finer ? most - 1 : most);
    if (!is_number || !rounded_down)
        throw usage_error("'" + text + "' is not a number of seconds, expected one like 10 or 0.5, or 0 for no limit");
    return std::chrono::milliseconds(*rounded_down + (is_finer ? 1 : 0));
}

std::string parse_file_name(std::string const& text) {
    if (text.empty()) throw usage_error("'' is not the name of a FILE");
    return text;
}

std::size_t parse_count(std::string const& text, unsigned most) {
    auto const count = parse_number(text, most);
    if (!count || *count == 0) throw usage_error("'" + text + "' is not a number from 1 to " + std::to_string(most));
    return *count;
}

void add_user(session::users& users, std::string const& name_and_password) {
    auto const colon = name_and_password.find(':');
    auto const name = name_and_password.substr(0, colon);
    auto const password = colon == std::string::npos ? "" : name_and_password.substr(colon + 1);
    if (name.empty() || password.empty() || name.size() > 255 || password.size() > 255)
        throw usage_error("expected NAME:PASSWORD, with 1 to 255 octets each");
    users.add(name, password);
}

void add_users_of_file(session::users& users, std::string const& path) {
    std::ifstream file(path);
    std::string line;
    for (int number = 1; std::getline(file, line); ++number) {
        if (line.ends_with('\r')) line.pop_back();
        if (line.empty() || line.starts_with('#')) continue;
        try {
            add_user(users, line);
        } catch (usage_error const& e) {
            throw usage_error(path + ", line " + std::to_string(number) + ": " + e.what());
        }
    }
    if (!file.eof()) throw usage_error("cannot read " + path + ": " + std::generic_category().message(errno));
    if (users.empty()) throw usage_error(path + " names no user, expected a line NAME:PASSWORD for each");
}

}  // namespace plainsocks
