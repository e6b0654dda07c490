/// Checkpoint 12: the proxy of chapter 11, on the other network: a coroutine for each client, and one thread for all.
#include "checkpoint.hpp"

#include "network/coroutine.hpp"
#include "network/coroutine_server.hpp"

int main(int argc, char** argv) try {
    session::settings const settings;
    std::list<network::coroutine_resources> loops(1);
    network::listener door(loops.front().io, checkpoint::endpoint(argc, argv));
    std::cout << "listening on " << door.local() << std::endl;

    std::size_t clients = 0;
    auto const serve = [&](network::visitor& visitor, network::coroutine_resources& shared,
                           network::yield_context const& yield) {
        session::record record{.number = ++clients, .client = network::to_address(visitor.from)};
        network::coroutine_resolver resolver(shared.io, shared.look_ups);
        network::coroutine net(shared, resolver, yield);
        session::serve(net, visitor.stream, settings, record);
        std::cout << record.line() + '\n' << std::flush;
        resolver.wait(yield);
    };
    auto const warn = [](std::string const& line) { std::cerr << line + '\n'; };
    network::coroutine_server server(loops, 1000, serve, warn);
    server.open(door);
    server.run();
    return 0;
} catch (std::exception const& e) {
    std::cerr << e.what() << '\n';
    return 1;
}
