/// plainsocks: a SOCKS5 proxy, a thread for each client.
#include "network/blocking.hpp"
#include "network/server.hpp"
#include "options.hpp"
#include "session/session.hpp"

#include <boost/asio/signal_set.hpp>

#include <unistd.h>

#include <csignal>
#include <ctime>
#include <iostream>

namespace {

using namespace plainsocks;
using network::error_code;
using network::tcp;

/// What is shown comes from many threads and must not be mixed.
void print(std::ostream& to, std::string const& text) {
    static std::mutex mutex;
    std::lock_guard const lock(mutex);
    to << text << std::flush;
}

std::string now() {
    auto const seconds = std::time(nullptr);
    std::tm local{};
    ::localtime_r(&seconds, &local);
    char text[sizeof "2026-01-01 00:00:00"];
    return {text, std::strftime(text, sizeof text, "%F %T", &local)};
}

std::list<network::listener> listen(boost::asio::io_context& io, std::vector<tcp::endpoint> const& endpoints) {
    std::list<network::listener> doors;
    for (auto const& endpoint : endpoints) {
        try {
            doors.emplace_back(io, endpoint);
        } catch (boost::system::system_error const& e) {
            auto const in_use = e.code() == boost::asio::error::address_in_use;
            throw std::runtime_error(
                "cannot listen on " + to_string(network::to_address(endpoint)) + ": " + e.code().message() +
                (in_use ? "; is there another plainsocks? Choose another port with --listen" : ""));
        }
    }
    return doors;
}

void run(options const& options) {
    boost::asio::io_context io;
    boost::asio::signal_set signals(io, SIGINT, SIGTERM);
    auto doors = listen(io, options.listen);
    network::watchdog watchdog;

    std::atomic<std::size_t> clients = 0;
    auto const serve = [&](tcp::socket socket) {
        session::record record{++clients};
        network::blocking net(io, watchdog, options.outgoing);
        {
            auto connection = std::move(socket);  // which is closed before the log says so, and before net ends
            session::serve(net, connection, options.settings, record);
        }
        if (!options.quiet) print(std::cout, now() + ' ' + record.line() + '\n');
    };
    network::server server(options.max_clients, serve,
                           [](std::string const& line) { print(std::cerr, "plainsocks: " + line + '\n'); });

    std::list<boost::scoped_thread<>> acceptors;
    for (auto& door : doors) {
        acceptors.emplace_back([&] { server.run(door); });
        print(std::cout, "listening on " + to_string(network::to_address(door.local())) + '\n');
    }
    signals.async_wait([&](error_code, int) {
        server.stop();
        for (auto& door : doors) door.end();
        watchdog.stop();
    });
    io.run();

    acceptors.clear();
    if (server.wait_for_clients(std::chrono::milliseconds(1500))) return;
    print(std::cerr, "plainsocks: leaving while the system still looks up a name\n");
    std::quick_exit(0);
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);  // a terminal that has gone is no reason to go
    try {
        auto options = parse_options(argc, argv);
        if (!options) return 0;
        if (options->trace)
            options->settings.trace.emplace([](std::string const& text) { print(std::cout, text); },
                                            ::isatty(STDOUT_FILENO));
        run(*options);
        return 0;
    } catch (usage_error const& e) {
        print(std::cerr, std::string("plainsocks: ") + e.what() + "; see plainsocks --help\n");
        return 2;
    } catch (std::exception const& e) {
        print(std::cerr, std::string("plainsocks: ") + e.what() + '\n');
        return 1;
    }
}
