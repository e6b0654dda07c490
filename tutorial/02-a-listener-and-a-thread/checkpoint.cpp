/// Checkpoint 2: a listener, and a thread for each client. What a client says comes back to it.
#include "checkpoint.hpp"

namespace {

void echo(network::blocking& net, network::stream& client) {
    socks5::octets buffer(1024);
    while (auto const n = net.read_some(client, buffer)) net.write(client, std::span(buffer).first(n));
}

}  // namespace

int main(int argc, char** argv) { return checkpoint::run(argc, argv, echo); }
