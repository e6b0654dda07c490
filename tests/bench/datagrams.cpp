#include "bench/datagrams.hpp"

#include "bench/failure.hpp"

#include <cerrno>

namespace bench {

descriptor datagram_socket(std::chrono::milliseconds patience) {
    descriptor made(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    auto const at = loopback(0);
    if (::bind(made.number(), reinterpret_cast<sockaddr const*>(&at), sizeof at) != 0) fail("bind");
    timeval const time{patience.count() / 1000, patience.count() % 1000 * 1000};
    ::setsockopt(made.number(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    return made;
}

datagrams::datagrams(int socket, std::size_t room, std::size_t most)
    : socket_(socket), room_(room), buffer_(room * most), parts_(most), peers_(most), headers_(most) {
    for (std::size_t i = 0; i < most; ++i) {
        parts_[i] = {&buffer_[i * room], room};
        headers_[i].msg_hdr.msg_name = &peers_[i];
        headers_[i].msg_hdr.msg_namelen = sizeof peers_[i];
        headers_[i].msg_hdr.msg_iov = &parts_[i];
        headers_[i].msg_hdr.msg_iovlen = 1;
    }
}

std::size_t datagrams::receive() {
    for (auto& part : parts_) part.iov_len = room_;
    auto const n = ::recvmmsg(socket_, headers_.data(), unsigned(headers_.size()), MSG_WAITFORONE, nullptr);
    if (n < 0 && errno != EAGAIN && errno != EINTR && errno != ECONNREFUSED) fail("recvmmsg");
    for (int i = 0; i < n; ++i) resize(std::size_t(i), headers_[std::size_t(i)].msg_len);
    return n < 0 ? 0 : std::size_t(n);
}

void datagrams::send(std::size_t n) {
    for (std::size_t done = 0; done < n;) {
        auto const sent = ::sendmmsg(socket_, &headers_[done], unsigned(n - done), 0);
        if (sent < 0 && errno != ECONNREFUSED) fail("sendmmsg");
        if (sent > 0) done += std::size_t(sent);
    }
}

}  // namespace bench
