/// Answer to exercise 2 of chapter 3: reads a length, and that many octets, and sends them back.
#include "checkpoint.hpp"

namespace {

void serve(network::blocking& net, network::stream& client) {
    auto const read = [&](std::size_t n) { return net.read(client, n); };
    auto const [length] = socks5::take<1>(read);
    net.write(client, read(length));
}

}  // namespace

int main(int argc, char** argv) { return checkpoint::run(argc, argv, serve); }
