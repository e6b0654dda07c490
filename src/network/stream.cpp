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

void stream::bind(socks5::host const& local) {
    error_code ignored;
    socket_.bind({to_ip(local), 0}, ignored);
}

socks5::address stream::local() const {
    error_code gone;
    return to_address(socket_.local_endpoint(gone));
}

bool stream::connected() const {
    error_code error;
    socket_.remote_endpoint(error);
    return !error;
}

/// Not by Asio's option, because the destructor of its socket would take that back.
void stream::reset_on_close() {
    linger const immediately{1, 0};
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_LINGER, &immediately, sizeof immediately);
}

void stream::shut(tcp::socket::shutdown_type how) {
    error_code ignored;
    socket_.shutdown(how, ignored);
}

}  // namespace network
