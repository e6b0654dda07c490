/// Checkpoint 6: understands every request, and refuses it: REP 07, or REP 08 for an unknown type of address.
#include "checkpoint.hpp"

namespace {

socks5::rep answer_to(socks5::request const& request) {
    if (!request.dst.known()) return socks5::rep::address_type_not_supported;
    return socks5::rep::command_not_supported;
}

}  // namespace

int main(int argc, char** argv) {
    return checkpoint::converse(argc, argv, {}, [](checkpoint::conversation& client) {
        if (auto const request = session::handshake_in_time(client)) client.hang_up(socks5::reply{answer_to(*request)});
    });
}
