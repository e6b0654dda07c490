/// Answer to exercise 1 of chapter 8: the first end, in whatever direction, ends both.
#include "checkpoint.hpp"

namespace {

class no_half_close : public network::blocking {
public:
    using blocking::blocking;

    void shutdown_send(network::stream& s) { end(s); }

    template <class F, class G>
    void both(F f, G g) {
        blocking::both([&](blocking&) { f(*this); }, [&](blocking&) { g(*this); });
    }
};

void serve(network::blocking_resources& shared, network::stream& client) {
    no_half_close net(shared);
    session::record record{.number = 0, .client = network::to_address(client.socket().remote_endpoint())};
    session::serve(net, client, {}, record);
}

}  // namespace

int main(int argc, char** argv) {
    network::blocking_resources shared;
    return checkpoint::run(argc, argv, [&](network::blocking&, network::stream& client) { serve(shared, client); });
}
