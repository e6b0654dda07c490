#include "socks5spec/waiting.hpp"

namespace spec {

asio::io_context& io() {
    static asio::io_context the_io;
    return the_io;
}

bool waiting::until(time_point limit) {
    io().restart();
    while (!ready_ && io().run_one_until(limit) > 0) continue;
    for (auto const& cancel : cancels_) cancel();
    io().restart();
    io().run();
    return ready_;
}

}  // namespace spec
