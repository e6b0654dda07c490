/// What the checkpoints of the tutorial share: the listener and the threads of chapter 2.
#pragma once

#include "network/blocking.hpp"
#include "network/blocking_server.hpp"
#include "session/session.hpp"

#include <cstdlib>
#include <iostream>

namespace checkpoint {

using network::blocking;
using conversation = session::conversation<blocking>;

/// The address to listen on: 127.0.0.1 and the port of the command line, or 10800.
inline network::tcp::endpoint endpoint(int argc, char** argv) {
    auto const port = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 10800;
    return {network::asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)};
}

/// The base of a network that does something in another way than the blocking one: `struct mine : variant<mine>`. Both
/// threads of a session get yours, and not the blocking network that it is made from.
template <class Mine>
class variant : public blocking {
public:
    using blocking::blocking;

    template <class F, class G>
    void both(F f, G g) {
        auto& mine = static_cast<Mine&>(*this);
        blocking::both([&](blocking&) { f(mine); }, [&](blocking&) { g(mine); });
    }
};

/// Says where it listens, and calls serve(net, client) for each client, in a thread of its own, for ever. What it
/// throws ends that client, and no other. Returns what main() returns.
template <class Net>
int listen(int argc, char** argv, auto&& serve) try {
    network::blocking_resources shared;
    network::listener listener(shared.io, endpoint(argc, argv));
    std::cout << "listening on " + to_string(listener.local()) << std::endl;
    auto const answer = [&](network::stream client) {
        Net net(shared);
        serve(net, std::move(client));
    };
    network::blocking_server server(shared.threads, 1000, answer, [](auto const& line) { std::cerr << line + '\n'; });
    server.run(listener);
    return 0;
} catch (std::exception const& e) {
    std::cerr << e.what() << '\n';
    return 1;
}

/// Chapter 2: serve(net, stream).
int run(int argc, char** argv, auto&& serve) {
    return listen<blocking>(argc, argv, [&](blocking& net, network::stream client) { serve(net, client); });
}

/// Chapters 3 to 7: serve(client), where messages come in and go out.
int converse(int argc, char** argv, session::settings const& settings, auto&& serve) {
    return listen<blocking>(argc, argv, [&](blocking& net, network::stream stream) {
        session::record record{.number = 0, .client = stream.peer()};
        conversation client{net, stream, settings, record};
        serve(client);
    });
}

/// From chapter 8: a program that serves as plainsocks does, with some of the session's settings.
template <class Net = blocking>
int run_sessions(int argc, char** argv, session::settings const& settings) {
    std::atomic<std::size_t> clients = 0;
    return listen<Net>(argc, argv, [&](Net& net, network::stream client) {
        session::record record{.number = ++clients, .client = client.peer()};
        session::serve(net, std::move(client), settings, record);
        std::cout << record.line() + '\n' << std::flush;
    });
}

}  // namespace checkpoint
