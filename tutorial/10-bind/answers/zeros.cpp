/// Answer to exercise 1 of chapter 10: the first reply says 0.0.0.0, and only its port is true.
#include "checkpoint.hpp"

namespace {

struct zeros : checkpoint::variant<zeros> {
    struct listener : network::listener {
        using network::listener::listener;

        socks5::address local() const { return {socks5::ipv4{}, network::listener::local().port}; }
    };

    explicit zeros(network::blocking_resources& shared) : variant(shared), io(shared.io) {}

    listener listen(socks5::host const& host) { return {io, {network::to_ip(host), 0}}; }

    network::asio::io_context& io;
};

}  // namespace

int main(int argc, char** argv) { return checkpoint::run_sessions<zeros>(argc, argv, {}); }
