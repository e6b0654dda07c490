#include "socks5spec/waiting.hpp"

#include <boost/asio/executor_work_guard.hpp>

namespace spec {

asio::io_context& io() {
    static asio::io_context the_io;
    return the_io;
}

bool waiting::until(time_point limit) {
    {
        auto const busy = asio::make_work_guard(io());  // without a socket the time has to pass, too
        io().restart();
        while (!ready_ && io().run_one_until(limit) > 0) continue;
        if (!ready_) io().poll();  // when the time was up already, what is ready still counts
    }
    for (auto const& cancel : cancels_) cancel();
    io().restart();
    io().run();
    return ready_;
}

}  // namespace spec
