/// Answer to exercise 1 of chapter 9: says FF and closes at once, though the client may still be sending.
#include "checkpoint.hpp"

namespace {

using method = socks5::method;

void refuse(checkpoint::conversation& client) {
    client.receive<socks5::greeting>();
    client.send(socks5::method_selection{method::no_acceptable_methods});
    // What the client has sent behind its greeting is unread, if it has come by now, and is more than was received with
    // it; then the system sends a reset in place of an end.
    client.stream.socket().close();
}

}  // namespace

int main(int argc, char** argv) { return checkpoint::converse(argc, argv, {}, refuse); }
