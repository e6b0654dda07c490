/// Answer to exercise 1 of chapter 8: the first end, in whatever direction, ends both.
#include "checkpoint.hpp"

namespace {

struct no_half_close : checkpoint::variant<no_half_close> {
    using variant::variant;

    void shutdown_send(network::stream& s) { end(s); }
};

}  // namespace

int main(int argc, char** argv) { return checkpoint::run_sessions<no_half_close>(argc, argv, {}); }
