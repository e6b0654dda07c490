/// Checkpoint 7: makes the connection, says what came of it, and closes. The data have to wait for chapter 8.
#include "checkpoint.hpp"

namespace {

using checkpoint::conversation;
using socks5::rep;

void connect_and_close(conversation& client, socks5::request const& request) {
    auto const target = session::reach(client, request.dst);
    client.hang_up(socks5::reply{rep::succeeded, target.local()});
}

void serve(conversation& client) {
    auto const request = session::handshake_in_time(client);
    if (!request) return;
    std::optional<socks5::refused> refusal;
    try {
        if (!request->dst.known()) throw socks5::refused(rep::address_type_not_supported, to_string(request->dst));
        if (request->cmd != socks5::cmd::connect) throw socks5::refused(rep::command_not_supported, "not built yet");
        return connect_and_close(client, *request);
    } catch (socks5::refused const& r) {
        refusal = r;
    }
    std::cout << session::why(*refusal) + '\n' << std::flush;
    client.hang_up(socks5::reply{refusal->rep});
}

}  // namespace

int main(int argc, char** argv) { return checkpoint::converse(argc, argv, {}, serve); }
