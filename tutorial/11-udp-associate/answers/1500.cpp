/// Answer to exercise 2 of chapter 11: the relay has room for 1,500 octets of a datagram.
#include "checkpoint.hpp"

namespace {

struct at_most_1500 : checkpoint::variant<at_most_1500> {
    using variant::variant;

    std::optional<std::size_t> receive_from(network::datagram_socket& from, std::span<socks5::octet> buffer,
                                            socks5::address& sender, auto&... client) {
        return blocking::receive_from(from, buffer.first(1500), sender, client...);
    }
};

}  // namespace

int main(int argc, char** argv) { return checkpoint::run_sessions<at_most_1500>(argc, argv, {}); }
