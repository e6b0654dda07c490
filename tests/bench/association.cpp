#include "bench/association.hpp"

#include "bench/failure.hpp"

#include <cstring>

namespace bench {

association::association(options const& given, std::uint16_t from, std::uint16_t origin)
    : to_(loopback(origin)), control_(loop_) {
    if (!given.server) return;
    header_ = {0, 0, 0, 1, 0, 0, 0, 0, 0, 0};
    std::memcpy(&header_[4], &to_.sin_addr, 4);
    std::memcpy(&header_[8], &to_.sin_port, 2);
    loop_.start(associate(*given.server, loopback(from)));
    loop_.run(clock::now() + duration(given.patience));
    if (loop_.running() > 0) throw failure("no answer");
}

task association::associate(sockaddr_in server, sockaddr_in from) {
    co_await control_.connect(server);
    co_await ask(control_, cmd_udp_associate, from, to_);
    if (to_.sin_addr.s_addr == INADDR_ANY) to_.sin_addr = server.sin_addr;
}

}  // namespace bench
