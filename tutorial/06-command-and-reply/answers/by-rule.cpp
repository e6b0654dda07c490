/// Answer to exercise 2 of chapter 6: REP 07 for BIND only, and REP 02 for every other command.
#include "checkpoint.hpp"

namespace {

socks5::rep answer_to(socks5::request const& request) {
    if (!request.dst.known()) return socks5::rep::address_type_not_supported;
    if (request.cmd == socks5::cmd::bind) return socks5::rep::command_not_supported;
    return socks5::rep::connection_not_allowed_by_ruleset;
}

}  // namespace

int main(int argc, char** argv) {
    return checkpoint::converse(argc, argv, {}, [](checkpoint::conversation& client) {
        if (auto const request = session::handshake_in_time(client)) client.hang_up(socks5::reply{answer_to(*request)});
    });
}
