#include "bench/options.hpp"

#include <boost/program_options.hpp>

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <iostream>

namespace bench {

namespace po = boost::program_options;

namespace {

constexpr auto what_it_is = R"(Usage: socks5bench MODE [--server IPV4:PORT] [options]

Puts a SOCKS5 server under load, once and in one way, and prints what came of it as a line of JSON. It is the clients
and the origin servers at once, on 127.0.0.1. Every octet is checked, and every failure is counted, by its kind.

  bulk     streams that move octets as fast as they can
  connect  clients that connect, greet, ask for CONNECT, send an octet and get one back, and close, again and again
  latency  a message there and back, again and again, on open connections
  idle     opens connections, each proven by an octet there and back, holds them, and proves them again
  udp      datagrams there and back, so many of them under way

Exit code: 0, or 1 when there were failures, 2 when nothing could be tried.
)";

po::options_description all_options() {
    auto const number = [](std::size_t usual) {
        return po::value<std::size_t>()->value_name("N")->default_value(usual);
    };
    auto const time = [](double usual) { return po::value<double>()->value_name("SECONDS")->default_value(usual); };
    po::options_description all("Options", 110, 80);
    auto add = all.add_options();
    add("server", po::value<std::string>()->value_name("IPV4:PORT"), "The server. Without one: directly.");
    add("count", number(1), "How many streams, clients or connections.");
    add("direction", po::value<std::string>()->value_name("WHERE")->default_value("down"),
        "bulk: down, from the origin to the client; up; or both at once.");
    add("size", number(64), "Octets of a message of latency, or of a datagram.");
    add("window", number(32), "udp: how many datagrams are under way.");
    add("seconds", time(1.5), "How long to measure, or to hold idle connections.");
    add("patience", time(5), "How long to wait when nothing comes any more.");
    add("pause", "idle: say 'held' and wait for a line on the standard input before the connections are proven again.");
    add("help", "Show this text.");
    return all;
}

sockaddr_in address(std::string const& text) {
    auto const colon = text.rfind(':');
    sockaddr_in found{};
    found.sin_family = AF_INET;
    auto const port = colon == std::string::npos ? 0 : std::atoi(text.c_str() + colon + 1);
    if (port < 1 || port > 65535 || ::inet_pton(AF_INET, text.substr(0, colon).c_str(), &found.sin_addr) != 1)
        throw usage_error("'" + text + "', expected --server IPV4:PORT");
    found.sin_port = htons(static_cast<std::uint16_t>(port));
    return found;
}

std::string one_of(std::string const& what, std::string const& given, std::initializer_list<char const*> allowed) {
    if (std::find(allowed.begin(), allowed.end(), given) != allowed.end()) return given;
    std::string list;
    for (auto const* word : allowed) list.append(" ").append(word);
    throw usage_error(what + " '" + given + "', expected one of:" + list);
}

std::size_t within(po::variables_map const& values, char const* name, std::size_t least, std::size_t most) {
    auto const number = values[name].as<std::size_t>();
    if (number >= least && number <= most) return number;
    throw usage_error(std::string("--") + name + ": expected " + std::to_string(least) + " to " + std::to_string(most));
}

std::chrono::duration<double> seconds(po::variables_map const& values, char const* name) {
    auto const number = values[name].as<double>();
    if (number > 0 && number <= 3600) return std::chrono::duration<double>(number);
    throw usage_error(std::string("--") + name + ": expected seconds, up to 3600");
}

}  // namespace

std::optional<options> parsed(int argc, char const* const* argv) {
    auto const visible = all_options();
    po::options_description all;
    all.add(visible).add_options()("mode", po::value<std::string>()->default_value(""));
    po::variables_map values;
    try {
        auto const style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
        auto const place = po::positional_options_description().add("mode", 1);
        po::store(po::command_line_parser(argc, argv).options(all).style(style).positional(place).run(), values);
    } catch (po::error const& e) {
        throw usage_error(e.what());
    }
    if (values.contains("help")) {
        std::cout << what_it_is << '\n' << visible;
        return {};
    }
    options read;
    read.mode = one_of("mode", values["mode"].as<std::string>(), {"bulk", "connect", "latency", "idle", "udp"});
    if (values.contains("server")) read.server = address(values["server"].as<std::string>());
    read.count = within(values, "count", 1, 1000000);
    read.direction = one_of("--direction", values["direction"].as<std::string>(), {"down", "up", "both"});
    read.size = within(values, "size", 16, 60000);
    read.window = within(values, "window", 1, 1000);
    read.seconds = seconds(values, "seconds");
    read.patience = seconds(values, "patience");
    read.pause = values.contains("pause");
    return read;
}

}  // namespace bench
