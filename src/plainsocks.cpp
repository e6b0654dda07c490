/// plainsocks: a SOCKS5 proxy, a thread for each client.
#include "capacity.hpp"
#include "line_limit.hpp"
#include "network/blocking.hpp"
#include "network/server.hpp"
#include "options.hpp"
#include "session/session.hpp"

#include <boost/asio/signal_set.hpp>
#include <boost/thread/scoped_thread.hpp>

#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <ctime>
#include <iostream>
#include <tuple>

namespace {

using namespace plainsocks;
using network::error_code;
using network::tcp;

/// Writes lines that come from many threads and must not be mixed. A reader who stops reading stops the writers.
class printer {
public:
    explicit printer(std::ostream& to) : to_(to) {}

    void operator()(std::string const& text) {
        std::lock_guard const lock(mutex_);
        to_ << text << std::flush;
    }

private:
    std::mutex mutex_;
    std::ostream& to_;
};

printer out(std::cout), err(std::cerr);

std::string now() {
    auto const seconds = std::time(nullptr);
    std::tm local{};
    ::localtime_r(&seconds, &local);
    char text[sizeof "2026-01-01 00:00:00"];
    return {text, std::strftime(text, sizeof text, "%F %T", &local)};
}

/// A line for each client that has left; but anybody can come and make no request, a thousand times a second, and that
/// shall not fill the disk. Failed logins are counted apart, so that nobody can hide them behind other noise.
class client_log {
public:
    void write(session::record const& record) {
        std::lock_guard const lock(mutex_);
        auto const at = session::clock::now();
        tell_what_was_left_out(at);
        auto& limit = record.end == session::record::login_failed ? failed_logins_ : without_request_;
        if (record.request || limit.admits(at)) line(record.line());
    }

    /// The last word.
    void end() {
        std::lock_guard const lock(mutex_);
        tell_what_was_left_out(session::time_point::max());
    }

private:
    static void line(std::string const& text) { out(now() + ' ' + text + '\n'); }

    void tell_what_was_left_out(session::time_point at) {
        if (auto const n = failed_logins_.left_out(at)) line("failed logins not shown: " + std::to_string(n));
        if (auto const n = without_request_.left_out(at))
            line("clients without a request not shown: " + std::to_string(n));
    }

    std::mutex mutex_;
    line_limit failed_logins_;
    line_limit without_request_;  ///< other clients that made none
};

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

/// An address that this machine does not have should not wait for the first client to be found out.
void try_outgoing(boost::asio::io_context& io, boost::asio::ip::address const& address) {
    error_code error;
    tcp::socket probe(io);
    tcp::endpoint const endpoint(address, 0);
    probe.open(endpoint.protocol(), error);
    if (!error) probe.bind(endpoint, error);
    if (error) throw std::runtime_error("cannot use --outgoing " + address.to_string() + ": " + error.message());
}

/// Can a line be written without waiting for a reader?
bool is_read(int descriptor) {
    pollfd reader{descriptor, POLLOUT, 0};
    return ::poll(&reader, 1, 0) == 1;
}

/// The end of a program that cannot wait for its threads: a name look-up cannot be interrupted, nor can a thread that
/// writes its log to somebody who does not read. So nothing here may wait, either.
[[noreturn]] void leave_threads_behind() {
    constexpr std::string_view line =
        "plainsocks: some threads did not end: a name is still looked up, or the log is not read\n";
    if (is_read(STDERR_FILENO)) std::ignore = ::write(STDERR_FILENO, line.data(), line.size());
    ::_exit(0);
}

void run(options const& options) {
    auto const room = make_room(options.max_clients);
    if (!room.shortage.empty()) err("plainsocks: " + room.shortage + '\n');
    network::resources shared;
    if (options.splice) shared.pipes = room.pipes;
    shared.outgoing = options.outgoing;
    boost::asio::io_context waiting;  // for a signal; see resources::io
    boost::asio::signal_set signals(waiting, SIGINT, SIGTERM);
    if (options.outgoing) try_outgoing(shared.io, *options.outgoing);
    auto doors = listen(shared.io, options.listen);

    client_log log;
    std::atomic<std::size_t> clients = 0;
    auto const serve = [&](network::visitor visitor) {
        session::record record{.number = ++clients, .client = network::to_address(visitor.from)};
        network::blocking net(shared);
        {
            auto stream = std::move(visitor.stream);  // closed before the log says so, and before net ends
            session::serve(net, stream, options.settings, record);
        }
        if (!options.quiet) log.write(record);
    };
    network::server server(shared.threads, room.clients, serve,
                           [](std::string const& line) { err("plainsocks: " + line + '\n'); });
    auto const stop = [&] {
        server.stop();
        for (auto& door : doors) door.end();
        shared.watchdog.stop();
    };
    signals.async_wait([&](error_code, int) { stop(); });

    std::list<boost::scoped_thread<>> acceptors;
    try {
        for (auto& door : doors) {
            acceptors.emplace_back([&] { server.run(door); });
            out("listening on " + to_string(network::to_address(door.local())) + '\n');
        }
    } catch (std::exception const&) {
        stop();
        throw;
    }
    waiting.run();
    if (!server.wait_for_clients(std::chrono::milliseconds(1500))) leave_threads_behind();
    if (is_read(STDOUT_FILENO)) log.end();
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);  // a terminal that has gone is no reason to go
    std::cerr.tie(nullptr);         // an error must not wait for a log that nobody reads
    try {
        auto options = parse_options(argc, argv);
        if (!options) return 0;
        if (options->trace)
            options->settings.trace.emplace([](std::string const& text) { out(text); }, ::isatty(STDOUT_FILENO));
        run(*options);
        return 0;
    } catch (usage_error const& e) {
        err(std::string("plainsocks: ") + e.what() + "; see plainsocks --help\n");
        return 2;
    } catch (std::exception const& e) {
        err(std::string("plainsocks: ") + e.what() + '\n');
        return 1;
    }
}
