#include "program/options.hpp"

#include "network/addresses.hpp"

#include <boost/program_options.hpp>

#include <iostream>

namespace plainsocks {

namespace po = boost::program_options;

namespace {

using strings = std::vector<std::string>;

constexpr unsigned line_length = 80;

po::options_description all_options(program const& which) {
    auto const once = [](char const* value) { return po::value<std::string>()->value_name(value); };
    auto const often = [](char const* value) { return po::value<strings>()->value_name(value); };
    auto const seconds = [&](char const* standard) { return once("SECONDS")->default_value(standard); };

    po::options_description all(line_length), listening("Where to listen", line_length),
        rules("Who may come, and where to", line_length), limits("Limits; 0 is no limit", line_length),
        commands("What it does for clients", line_length), shown("What it shows", line_length);

    auto add = listening.add_options();
    add("listen", often("ADDRESS:PORT"),
        "Accept clients here; may be given again. Default 127.0.0.1:10800. [::1]:10800 is IPv6, port 0 any free port.");
    add("open",
        "Let anybody use the proxy. Needed to listen on an address that other machines can reach, when there are "
        "neither users nor --allow-client.");

    add = rules.add_options();
    add("user", often("NAME:PASSWORD"),
        "Every client must log in, as this user; may be given again. Other users of this machine can see the "
        "password in the list of processes: prefer --users.");
    add("users", once("FILE"), "The same for each line NAME:PASSWORD of a file. Lines that begin with # are skipped.");
    add("allow-client", often("CIDR"),
        "Serve only clients from these addresses, like 192.168.1.0/24; may be given again.");
    add("deny-target", often("RULE"),
        "Do not connect there: a block like 10.0.0.0/8, a name, *.name for all names below it, or * for everything; "
        "with :PORT or :FROM-TO behind it only on those ports, like *:25 or [2001:db8::/32]:6000-6063. A block also "
        "holds for names that lead into it. May be given again.");
    add("allow-local-targets",
        "Let clients of other machines reach the loopback and link-local addresses of this one.");

    add = limits.add_options();
    add("max-clients", once("N")->default_value("1000"), "Clients served at once, at least 1; more wait for a place.");
    if (which.chooses_threads)
        add("threads", once("N")->default_value("1"), "Threads that share the clients, 1 to 16.");
    add("handshake-timeout", seconds("10"), "From the connection to the end of the request.");
    add("connect-timeout", seconds("10"), "To look up the target's name and try its addresses in turn.");
    add("bind-timeout", seconds("60"), "To wait for the peer of a BIND.");
    add("idle-timeout", seconds("0"), "Without an octet in either direction.");

    add = commands.add_options();
    add("outgoing", once("ADDRESS"),
        "The local address of all connections to targets. Only targets of its kind, IPv4 or IPv6, can be reached.");
    add("udp-advertise", once("ADDRESS"),
        "Where a client is told to send its datagrams, when it reaches this machine by another address than the "
        "machine's own (NAT).");
    add("no-bind", "Refuse BIND (REP 07).");
    add("no-udp", "Refuse UDP ASSOCIATE (REP 07).");
    add("no-splice",
        "Copy all data through this program. Otherwise Linux moves what comes in bulk, in a third of the time, and the "
        "program does not see it.");

    add = shown.add_options();
    add("trace", "Show every SOCKS message, octet by octet. Passwords are shown as ***.");
    add("pcap", once("FILE"),
        "Record what passes on both sides of the proxy, for Wireshark. What FILE held is lost. Passwords and data are "
        "in it as they were sent. Implies --no-splice.");
    add("quiet",
        "No line for each client that has left, not even for a failed login. Otherwise the first 60 failed logins of a "
        "minute have a line, and 60 other clients that made no request; the rest are counted.");
    add("help", "Show this text.");
    add("version", "Show the version.");
    return all.add(listening).add(rules).add(limits).add(commands).add(shown);
}

po::variables_map read_values(int argc, char const* const* argv, po::options_description const& all) {
    po::variables_map values;
    try {
        auto const style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
        auto const parsed = po::command_line_parser(argc, argv).options(all).style(style).run();
        for (auto const& each : parsed.options)
            if (each.string_key.empty())
                throw usage_error("'" + each.value.front() + "' is neither an option nor the value of one");
        po::store(parsed, values);
    } catch (po::error const& e) {
        throw usage_error(e.what());
    }
    return values;
}

/// The values of the command line, parsed. What a parser complains about gets the name of the option in front.
class values {
public:
    explicit values(po::variables_map given) : given_(std::move(given)) {}

    bool has(std::string const& name) const { return given_.count(name) > 0; }

    template <class Parser>
    auto one(std::string const& name, Parser parse) const {
        return named(name, parse, given_[name].as<std::string>());
    }

    /// Calls take(value) for each time that the option was given.
    template <class Taker>
    void each(std::string const& name, Taker take) const {
        if (!has(name)) return;
        for (auto const& text : given_[name].as<strings>()) named(name, take, text);
    }

private:
    template <class Parser>
    static auto named(std::string const& name, Parser parse, std::string const& text) {
        try {
            return parse(text);
        } catch (usage_error const& e) {
            throw usage_error("--" + name + ": " + e.what());
        }
    }

    po::variables_map given_;
};

/// An open proxy is found within hours and used for all that is forbidden, so nobody shall run one by accident.
void forbid_accidental_openness(options const& chosen) {
    for (auto const& endpoint : chosen.listen) {
        if (session::is_loopback(network::to_host(endpoint.address()))) continue;
        throw usage_error("--listen " + to_string(network::to_address(endpoint)) +
                          " lets other machines in, and nothing says which: add --users FILE, --user NAME:PASSWORD or "
                          "--allow-client CIDR, or --open to let anybody in");
    }
}

}  // namespace

std::optional<options> parse_options(program const& which, int argc, char const* const* argv) {
    auto const all = all_options(which);
    values const given(read_values(argc, argv, all));
    if (given.has("help")) {
        std::cout << "Usage: " << which.name << " [options]\n\n" << which.about << '\n' << all;
        return {};
    }
    if (given.has("version")) {
        std::cout << which.name << " " PLAINSOCKS_VERSION "\n";
        return {};
    }

    options chosen;
    auto& settings = chosen.settings;
    given.each("listen", [&](auto const& text) { chosen.listen.push_back(parse_endpoint(text)); });
    if (chosen.listen.empty()) chosen.listen.push_back(parse_endpoint("127.0.0.1:10800"));
    given.each("user", [&](auto const& text) { add_user(settings.users, text); });
    if (given.has("users")) given.one("users", [&](auto const& path) { add_users_of_file(settings.users, path); });
    given.each("allow-client", [&](auto const& text) { settings.rules.allowed_clients.push_back(parse_cidr(text)); });
    given.each("deny-target",
               [&](auto const& text) { settings.rules.denied_targets.push_back(parse_target_rule(text)); });
    settings.rules.allow_local_targets = given.has("allow-local-targets");
    chosen.max_clients = given.one("max-clients", [](auto const& text) { return parse_count(text, 1'000'000); });
    if (which.chooses_threads)
        chosen.threads = given.one("threads", [](auto const& text) { return parse_count(text, 16); });
    settings.handshake = given.one("handshake-timeout", parse_seconds);
    settings.connect = given.one("connect-timeout", parse_seconds);
    settings.bind = given.one("bind-timeout", parse_seconds);
    settings.idle = given.one("idle-timeout", parse_seconds);
    if (given.has("outgoing")) chosen.outgoing = given.one("outgoing", parse_address);
    if (given.has("udp-advertise"))
        settings.udp_advertise = network::to_host(given.one("udp-advertise", parse_address));
    settings.offer_bind = !given.has("no-bind");
    settings.offer_udp = !given.has("no-udp");
    chosen.trace = given.has("trace");
    if (given.has("pcap")) chosen.pcap = given.one("pcap", parse_file_name);
    chosen.splice = !given.has("no-splice") && chosen.pcap.empty();
    chosen.quiet = given.has("quiet");

    auto const open = given.has("open") || !settings.users.empty() || !settings.rules.allowed_clients.empty();
    if (!open) forbid_accidental_openness(chosen);
    return chosen;
}

}  // namespace plainsocks
