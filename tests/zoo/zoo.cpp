/// zoo: SOCKS5 servers with exactly one bug each, for the tester to find.
#include "network/blocking_server.hpp"
#include "program/parse.hpp"
#include "zoo/animal.hpp"

#include <boost/asio/signal_set.hpp>
#include <boost/program_options.hpp>
#include <boost/thread/scoped_thread.hpp>

#include <iomanip>
#include <iostream>

namespace {

using namespace zoo;
using plainsocks::usage_error;
namespace po = boost::program_options;

animals all_animals() {
    animals all;
    for (auto const house : {in_the_greeting, in_the_login, in_the_request, in_the_reply, in_connect, in_the_relay,
                             in_resets, in_bind, in_udp})
        std::ranges::copy(house(), std::back_inserter(all));
    return all;
}

animal find(std::string const& name) {
    auto const all = all_animals();
    auto const found = std::ranges::find(all, name, &animal::name);
    if (found == all.end()) throw usage_error("no animal '" + name + "', see zoo --list");
    return *found;
}

void list() {
    for (auto const& a : all_animals()) std::cout << std::left << std::setw(28) << a.name << a.bug << '\n';
}

void warn(std::string const& line) { std::cerr << "zoo: " + line + '\n'; }

void show(animal const& shown, network::tcp::endpoint const& where, session::settings const& settings) {
    network::blocking_resources shared;
    boost::asio::io_context waiting;
    boost::asio::signal_set signals(waiting, SIGINT, SIGTERM);
    network::listener listener(shared.io, where);
    auto const serve = [&](network::stream client) {
        session::record record{.number = 0, .client = client.peer()};
        visit v{shared, std::move(client), settings, record};
        shown.serve(v);
    };
    network::blocking_server server(shared.threads, shown.clients_at_once, serve, warn);
    boost::scoped_thread<> const acceptor([&] { server.run(listener); });
    signals.async_wait([&](boost::system::error_code, int) {
        server.stop();
        listener.end();
        shared.watchdog.stop();
    });
    std::cout << "listening on " + to_string(listener.local()) << std::endl;
    waiting.run();
    if (!server.wait_for_clients(std::chrono::milliseconds(1500))) std::_Exit(0);
}

void run(int argc, char** argv) {
    po::options_description options("Usage: zoo ANIMAL [options]");
    auto const text = [](char const* name) { return po::value<std::string>()->value_name(name); };
    auto add = options.add_options();
    add("animal", text("ANIMAL"), "Which bug to have.");
    add("listen", text("HOST:PORT")->default_value("127.0.0.1:0"), "Where to serve; port 0 is any free port.");
    add("user", text("NAME:PASSWORD"), "Who may log in.");
    add("list", "Show all animals.");
    add("help", "Show this text.");
    po::variables_map given;
    po::store(po::command_line_parser(argc, argv)
                  .options(options)
                  .positional(po::positional_options_description().add("animal", 1))
                  .run(),
              given);
    if (given.contains("help")) {
        std::cout << options;
    } else if (given.contains("list")) {
        list();
    } else if (!given.contains("animal")) {
        throw usage_error("which animal? See zoo --list");
    } else {
        session::settings settings;
        settings.handshake = settings.connect = settings.bind =
            std::chrono::minutes(5);  // a limit would hide who does not close by itself
        if (given.contains("user")) plainsocks::add_user(settings.users, given["user"].as<std::string>());
        show(find(given["animal"].as<std::string>()), plainsocks::parse_endpoint(given["listen"].as<std::string>()),
             settings);
    }
}

}  // namespace

int main(int argc, char** argv) {
    try {
        run(argc, argv);
        return 0;
    } catch (std::exception const& e) {
        warn(e.what());
        return 2;
    }
}
