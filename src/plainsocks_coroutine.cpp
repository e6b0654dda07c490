/// plainsocks-coroutine: a SOCKS5 proxy, a coroutine for each client.
#include "capture/recorded.hpp"
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
    auto const room = make_room(options.max_clients, 32 + 4 * (options.threads - 1));
    if (!room.shortage.empty()) warn(room.shortage);
    std::list<network::coroutine_resources> loops(options.threads);
    for (auto& loop : loops) {
        if (options.splice) loop.pipes = room.pipes / static_cast<int>(options.threads);
        loop.outgoing = options.outgoing;
    }
    auto& first = loops.front().io;
    boost::asio::signal_set signals(first, SIGINT, SIGTERM);
    if (options.outgoing) try_outgoing(first, *options.outgoing);
    auto listeners = listen(first, options.listen);

    auto const recorder = start_recording(options);
    client_log log;
    std::atomic<std::size_t> clients = 0;
    auto const serve = [&](network::stream client, network::coroutine_resources& shared,
                           network::yield_context const& yield) {
        session::record record{.number = ++clients, .client = client.peer()};
        network::coroutine::resolver names(shared, shared.io);
        network::coroutine net(shared, names, yield);
        auto const failure = network::failure_of([&] {
            if (recorder) {
                capture::recorded recorded(net, *recorder, [&] { return record.who(); });
                session::serve(recorded, recorded.accepted(std::move(client)), options.settings, record);
            } else {
                session::serve(net, std::move(client), options.settings, record);
            }
            if (!options.quiet) log.write(record);
        });
        names.finish(yield);
        if (failure) std::rethrow_exception(failure);
    };
    network::coroutine_server server(loops, room.clients, serve, warn);
    auto const stop = [&] {
        server.stop();
        for (auto& each : listeners) each.end();
        for (auto& loop : loops) loop.stop();
    };
    signals.async_wait([&](network::error_code, int) { stop(); });

    for (auto& each : listeners) {
        server.open(each);
        announce(each);
    }
    server.run();
    if (!server.wait_for_clients(std::chrono::milliseconds(1500))) leave_threads_behind();
    if (out.is_read()) log.end();
}

}  // namespace

int main(int argc, char** argv) { return main_of(this_program, argc, argv, run); }
