/// Checkpoint 12: the proxy of chapter 11, on the other network: a coroutine for each client, and one thread for all.
#include "checkpoint.hpp"

#include "network/coroutine.hpp"
#include "network/coroutine_server.hpp"

int main(int argc, char** argv) try {
    session::settings const settings;
    std::list<network::coroutine_resources> loops(1);
    network::listener listener(loops.front().io, checkpoint::endpoint(argc, argv));
    std::cout << "listening on " + to_string(listener.local()) << std::endl;

    std::size_t clients = 0;
    auto const serve = [&](network::stream client, network::coroutine_resources& shared,
                           network::yield_context const& yield) {
        session::record record{.number = ++clients, .client = client.peer()};
        network::coroutine::resolver names(shared, shared.io);
        network::coroutine net(shared, names, yield);
        session::serve(net, std::move(client), settings, record);
        std::cout << record.line() + '\n' << std::flush;
        names.finish(yield);
    };
    auto const warn = [](std::string const& line) { std::cerr << line + '\n'; };
    network::coroutine_server server(loops, 1000, serve, warn);
    server.open(listener);
    server.run();
    return 0;
} catch (std::exception const& e) {
    std::cerr << e.what() << '\n';
    return 1;
}
