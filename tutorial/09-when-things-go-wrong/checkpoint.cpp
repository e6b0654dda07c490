/// Checkpoint 9: the proxy of chapter 8, and it stops when it is told to (Ctrl-C), with clients or without.
#include "checkpoint.hpp"

#include <boost/asio/signal_set.hpp>
#include <boost/thread/scoped_thread.hpp>

int main(int argc, char** argv) try {
    session::settings settings;
    settings.offer_bind = false;
    settings.offer_udp = false;

    network::blocking_resources shared;
    network::asio::io_context waiting;
    boost::asio::signal_set signals(waiting, SIGINT, SIGTERM);
    network::listener listener(shared.io, checkpoint::endpoint(argc, argv));
    std::cout << "listening on " + to_string(listener.local()) << std::endl;

    std::atomic<std::size_t> clients = 0;
    auto const serve = [&](network::stream client) {
        session::record record{.number = ++clients, .client = client.peer()};
        network::blocking net(shared);
        session::serve(net, std::move(client), settings, record);
        std::cout << record.line() + '\n' << std::flush;
    };
    auto const warn = [](std::string const& line) { std::cerr << line + '\n'; };
    network::blocking_server server(shared.threads, 1000, serve, warn);
    boost::scoped_thread<> const acceptor([&] { server.run(listener); });

    signals.async_wait([&](network::error_code, int) {
        server.stop();           // no more clients
        listener.end();          // wakes the acceptor
        shared.watchdog.stop();  // rings all alarms, so that all sessions end
    });
    waiting.run();
    if (server.wait_for_clients(std::chrono::seconds(2))) return 0;
    std::cerr << "some clients are still there\n";
    std::quick_exit(1);  // their threads use what the end of main() would destroy
} catch (std::exception const& e) {
    std::cerr << e.what() << '\n';
    return 1;
}
