/// Answer to exercise 1 of chapter 9: says FF and closes at once, though the client may still be sending.
#include "checkpoint.hpp"

namespace {

using method = socks5::method;

void refuse(network::blocking& net, network::stream& client) {
    auto const read = [&](std::size_t n) { return net.read(client, n); };
    socks5::greeting::receive(read);
    net.write(client, socks5::octets_of(socks5::method_selection{method::no_acceptable_methods}));
    // What the client has sent behind its greeting is unread, if it has come by now, and is more than the stream has
    // read ahead; then the system sends a reset in place of an end.
    client.socket().close();
}

}  // namespace

int main(int argc, char** argv) { return checkpoint::run(argc, argv, refuse); }
