/// Answer to exercise 2 of chapter 2: one client at a time, and the others wait.
#include "checkpoint.hpp"

namespace {

using network::error_code;
using network::tcp;

/// Accepts and echoes in one thread.
void serve_in_turn(network::listener& listener, network::blocking& net) {
    auto const wait = [](tcp::acceptor& acceptor, tcp::endpoint& peer, error_code& error) {
        return acceptor.accept(peer, error);
    };
    while (auto client = listener.accept(wait)) {
        try {
            socks5::octets buffer(1024);
            while (auto const n = net.read_some(*client, buffer)) net.write(*client, std::span(buffer).first(n));
        } catch (std::exception const& e) {
            std::cerr << e.what() << '\n';  // this client has broken off; the next one can do nothing for it
        }
    }
}

}  // namespace

int main(int argc, char** argv) try {
    network::blocking_resources shared;
    network::listener listener(shared.io, checkpoint::endpoint(argc, argv));
    network::blocking net(shared);
    std::cout << "listening on " + to_string(listener.local()) << std::endl;
    serve_in_turn(listener, net);
    return 0;
} catch (std::exception const& e) {
    std::cerr << e.what() << '\n';
    return 1;
}
