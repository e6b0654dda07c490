/// Answer to exercise 2 of chapter 3: reads a length, and that many octets, and sends them back.
#include "checkpoint.hpp"

namespace {

void serve(checkpoint::conversation& client) {
    auto const read = [&](std::size_t n) { return session::read(client, n); };
    auto const [length] = socks5::take<1>(read);
    client.net.write(client.stream, read(length));
}

}  // namespace

int main(int argc, char** argv) { return checkpoint::converse(argc, argv, {}, serve); }
