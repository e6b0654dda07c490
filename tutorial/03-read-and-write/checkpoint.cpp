/// Checkpoint 3: read(n) and write({...}). Reads exactly three octets, shows them, and says how many they were.
#include "checkpoint.hpp"

#include "socks5/text.hpp"

namespace {

void serve(checkpoint::conversation& client) {
    auto const read = [&](std::size_t n) { return session::read(client, n); };
    socks5::octets message;
    auto const write = [&](socks5::octets const& more) { message.insert(message.end(), more.begin(), more.end()); };

    auto const three = read(3);
    std::cout << socks5::hex(three) + '\n' << std::flush;
    write({'t', 'h', 'r', 'e', 'e'});
    write({'\n'});
    client.net.write(client.stream, message);
}

}  // namespace

int main(int argc, char** argv) { return checkpoint::converse(argc, argv, {}, serve); }
