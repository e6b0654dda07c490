/// Answer to exercise 1 of chapter 12: a coroutine for each client, whose network blocks the one thread that all have.
#include "checkpoint.hpp"
#include "network/coroutine.hpp"
#include "network/coroutine_server.hpp"

int main(int argc, char** argv) try {
    session::settings const settings;
    std::list<network::coroutine_resources> loops(1);
    network::listener listener(loops.front().io, checkpoint::endpoint(argc, argv));
    std::cout << "listening on " + to_string(listener.local()) << std::endl;

    std::size_t clients = 0;
    network::blocking_resources threads;
    auto const serve = [&](network::stream client, network::coroutine_resources&, network::yield_context const&) {
        session::record record{.number = ++clients, .client = client.peer()};
        network::blocking net(threads);
        session::serve(net, std::move(client), settings, record);
        std::cout << record.line() + '\n' << std::flush;
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
