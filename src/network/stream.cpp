#include "network/stream.hpp"

#include <netinet/tcp.h>

namespace network {

void prepare(tcp::socket::native_handle_type socket) {
    constexpr int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
#ifdef TCP_KEEPIDLE
    for (auto const& [option, value] : {std::pair(TCP_KEEPIDLE, 60), {TCP_KEEPINTVL, 15}, {TCP_KEEPCNT, 4}})
        ::setsockopt(socket, IPPROTO_TCP, option, &value, sizeof value);  // seconds, seconds, times
#endif
}

std::size_t stream::take(std::span<socks5::octet> buffer) {
    auto const n = std::min(buffer.size(), ahead_.size() - first_);
    std::copy_n(ahead_.begin() + static_cast<std::ptrdiff_t>(first_), n, buffer.begin());
    first_ += n;
    if (!has_more()) {
        ahead_ = {};
        first_ = 0;
    }
    return n;
}

void stream::observe_receipt(std::span<socks5::octet const> came, error_code const& error) {
    observer_->received(came);
    if (error == asio::error::connection_reset)
        observer_->peer_reset();
    else if (error == asio::error::eof)
        observer_->peer_ended();
}

}  // namespace network
