/// Answer to exercise 1 of chapter 8: the first end, in whatever direction, ends both.
#include "checkpoint.hpp"

namespace {

struct no_half_close : checkpoint::variant<no_half_close> {
    struct stream : network::stream {
        stream(network::stream s) : network::stream(std::move(s)) {}

        void shutdown_send() { end(); }
    };

    using variant::variant;

    stream open_stream(socks5::address const& target) { return blocking::open_stream(target); }
    std::optional<stream> accept(listener& l, watcher& client) { return blocking::accept(l, client); }
};

}  // namespace

int main(int argc, char** argv) { return checkpoint::run_sessions<no_half_close>(argc, argv, {}); }
