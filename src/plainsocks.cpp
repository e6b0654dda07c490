/// plainsocks: a SOCKS5 proxy, a thread for each client.
#include "capture/recorded.hpp"
#include "network/blocking.hpp"
#include "network/blocking_server.hpp"
#include "program/capacity.hpp"
#include "program/program.hpp"
#include "session/session.hpp"

#include <boost/asio/signal_set.hpp>
#include <boost/thread/scoped_thread.hpp>

namespace {

using namespace plainsocks;

program const this_program{"plainsocks", "A SOCKS5 proxy, RFC 1928 and RFC 1929, with a thread for each client."};

/// --pcap: the same over a network that records. Not a part of its caller, because the stack of each client's thread
/// would be larger by what only this needs, by a page.
[[gnu::noinline]] void serve_recorded(capture::recorder& recorder, network::blocking& net, network::stream client,
                                      session::settings const& settings, session::record& record) {
    capture::recorded recorded(net, recorder, [&] { return record.who(); });
    session::serve(recorded, recorded.accepted(std::move(client)), settings, record);
}

// What stands lower in here is destroyed earlier: first the acceptors, which end when their listeners do; then the
// server, which waits for its clients; and last what all of them use.
void run(options const& options) {
    auto const room = make_room(options.max_clients);
    if (!room.shortage.empty()) warn(room.shortage);
    network::blocking_resources shared;
    if (options.splice) shared.pipes = room.pipes;
    shared.outgoing = options.outgoing;
    boost::asio::io_context waiting;  // for a signal; that of `shared` must never run
    boost::asio::signal_set signals(waiting, SIGINT, SIGTERM);
    if (options.outgoing) try_outgoing(shared.io, *options.outgoing);
    auto listeners = listen(shared.io, options.listen);

    auto const recorder = start_recording(options);
    client_log log;
    std::atomic<std::size_t> clients = 0;
    auto const serve = [&](network::stream client) {
        session::record record{.number = ++clients, .client = client.peer()};
        network::blocking net(shared);
        if (recorder)
            serve_recorded(*recorder, net, std::move(client), options.settings, record);
        else
            session::serve(net, std::move(client), options.settings, record);
        if (!options.quiet) log.write(record);
    };
    network::blocking_server server(shared.threads, room.clients, serve, warn);
    auto const stop = [&] {
        server.stop();
        for (auto& each : listeners) each.end();
        shared.watchdog.stop();
    };
    signals.async_wait([&](network::error_code, int) { stop(); });

    std::list<boost::scoped_thread<>> acceptors;
    try {
        for (auto& each : listeners) {
            acceptors.emplace_back([&] { server.run(each); });
            announce(each);
        }
    } catch (std::exception const&) {
        stop();
        throw;
    }
    waiting.run();
    if (!server.wait_for_clients(std::chrono::milliseconds(1500))) leave_threads_behind();
    if (out.is_read()) log.end();
}

}  // namespace

int main(int argc, char** argv) { return main_of(this_program, argc, argv, run); }
