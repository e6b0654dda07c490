/// Answer to exercise 1 of chapter 7: no connection to port 25, whatever the host.
#include "checkpoint.hpp"

namespace {

using conversation = session::conversation<network::blocking>;

void connect_and_close(conversation& client, socks5::request const& request) {
    if (request.dst.port == 25) throw socks5::refused(socks5::rep::connection_not_allowed_by_ruleset, "no mail");
    auto const target = session::reach(client, request.dst);
    client.hang_up(socks5::reply{socks5::rep::succeeded, client.net.local(target)});
}

void serve(conversation& client) {
    auto const request = session::handshake_in_time(client);
    if (!request) return;
    std::optional<socks5::refused> refusal;
    try {
        if (request->cmd == socks5::cmd::connect && request->dst.known()) return connect_and_close(client, *request);
        session::carry_out(client, {.cmd = socks5::cmd(0), .dst = request->dst});  // nobody knows command 0
    } catch (socks5::refused const& r) {
        refusal = r;
    }
    std::cout << session::why(*refusal) + '\n' << std::flush;
    client.hang_up(socks5::reply{refusal->rep});
}

}  // namespace

int main(int argc, char** argv) {
    session::settings const settings;

    return checkpoint::run(argc, argv, [&](network::blocking& net, network::stream& stream) {
        session::record record{.number = 0, .client = network::to_address(stream.socket().remote_endpoint())};
        conversation client{net, stream, settings, record};
        serve(client);
    });
}
