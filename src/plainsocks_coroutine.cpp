/// plainsocks-coroutine: a SOCKS5 proxy, a coroutine for each client.
#include "network/coroutine.hpp"
#include "network/coroutine_server.hpp"
#include "program/capacity.hpp"
#include "program/program.hpp"
#include "session/session.hpp"

#include <boost/asio/signal_set.hpp>

namespace {

using namespace plainsocks;

program const this_program{"plainsocks-coroutine",
                           "A SOCKS5 proxy, RFC 1928 and RFC 1929, with a coroutine for each client. It does\n"
                           "what plainsocks does, but all clients share one thread, or a few. So it does not\n"
                           "wait for a log or a trace that nobody reads: lines are lost then, and counted.",
                           true};

void run(options const& options) {
    out.never_wait();
    err.never_wait();
    auto const room = make_room({options.max_clients, 0, 32 + 4 * (options.threads - 1)});
    if (!room.shortage.empty()) warn(room.shortage);
    std::list<network::coroutine_resources> loops(options.threads);
    for (auto& loop : loops) {
        if (options.splice) loop.pipes = room.pipes / static_cast<int>(options.threads);
        loop.outgoing = options.outgoing;
    }
    auto& first = loops.front().io;
    boost::asio::signal_set signals(first, SIGINT, SIGTERM);
    if (options.outgoing) try_outgoing(first, *options.outgoing);
    auto doors = listen(first, options.listen);

    auto const recorder = start_recording(options);
    client_log log;
    std::atomic<std::size_t> clients = 0;
    auto const serve = [&](network::visitor& visitor, network::coroutine_resources& shared,
                           network::yield_context const& yield) {
        session::record record{.number = ++clients, .client = network::to_address(visitor.from)};
        network::coroutine_resolver resolver(shared.io, shared.look_ups);
        auto const tap = tap_for(recorder, record);
        network::coroutine net(shared, resolver, yield, tap.get());
        {
            auto stream = std::move(visitor.stream);  // closed before the log says so
            net.observe_visitor(stream, record.client, capture::side::client);
            session::serve(net, stream, options.settings, record);
        }
        if (!options.quiet) log.write(record);
        resolver.wait(yield);
    };
    network::coroutine_server server(loops, room.clients, serve, warn);
    auto const stop = [&] {
        server.stop();
        for (auto& door : doors) door.end();
        for (auto& loop : loops) loop.watchdog.stop();
    };
    signals.async_wait([&](network::error_code, int) { stop(); });

    for (auto& door : doors) {
        server.open(door);
        announce(door);
    }
    server.run();
    if (!server.wait_for_clients(std::chrono::milliseconds(1500))) leave_threads_behind();
    if (out.is_read()) log.end();
}

}  // namespace

int main(int argc, char** argv) { return main_of(this_program, argc, argv, run); }
