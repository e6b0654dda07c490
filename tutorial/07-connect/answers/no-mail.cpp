/// Answer to exercise 1 of chapter 7: no connection to port 25, whatever the host.
#include "checkpoint.hpp"

namespace {

using checkpoint::conversation;
using socks5::rep;

void connect_and_close(conversation& client, socks5::request const& request) {
    if (request.dst.port == 25) throw socks5::refused(rep::connection_not_allowed_by_ruleset, "no mail");
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
