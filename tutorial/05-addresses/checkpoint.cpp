/// Checkpoint 5: reads the whole request, and shows where the client wants to go. Nobody gets there yet.
#include "checkpoint.hpp"

int main(int argc, char** argv) {
    return checkpoint::converse(argc, argv, {}, [](checkpoint::conversation& client) {
        auto const request = session::handshake(client);
        if (!request) return;
        std::cout << to_string(request->dst) + '\n' << std::flush;
        auto const rep =
            request->dst.known() ? socks5::rep::general_socks_server_failure : socks5::rep::address_type_not_supported;
        client.hang_up(socks5::reply{rep});
    });
}
