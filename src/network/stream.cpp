#include "network/stream.hpp"

#include "network/errors.hpp"

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

socks5::octets stream::read(std::size_t n) {
    constexpr std::size_t largest_message = 513;  // octets: a login, RFC 1929 section 2
    socks5::octets whole(n);
    for (std::span rest(whole); !rest.empty();) {
        if (!has_more()) {
            socks5::octets came(largest_message);
            came.resize(receive(came));
            if (came.empty()) lost(asio::error::eof);
            ahead_ = std::move(came);
        }
        rest = rest.subspan(read_some(rest));
    }
    return whole;
}

std::size_t stream::read_some(std::span<socks5::octet> buffer) {
    if (!has_more()) return receive(buffer);
    auto const n = std::min(buffer.size(), ahead_.size() - first_);
    std::copy_n(ahead_.begin() + static_cast<std::ptrdiff_t>(first_), n, buffer.begin());
    first_ += n;
    if (!has_more()) {
        ahead_ = {};
        first_ = 0;
    }
    return n;
}

std::size_t stream::receive(std::span<socks5::octet> buffer) {
    error_code error;
    auto const n = socket_.read_some(asio::buffer(buffer.data(), buffer.size()), error);
    if (error && error != asio::error::eof) lost(error);
    return n;
}

}  // namespace network
