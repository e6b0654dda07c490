#include "network/batch.hpp"

#include <sys/socket.h>

namespace network {

namespace {

/// What recvmmsg() and sendmmsg() want to know of a datagram.
void describe(::mmsghdr& header, ::iovec& part, udp::endpoint& peer, std::size_t octets_of_peer) {
    header.msg_hdr = {};
    header.msg_hdr.msg_name = peer.data();
    header.msg_hdr.msg_namelen = static_cast<::socklen_t>(octets_of_peer);
    header.msg_hdr.msg_iov = &part;
    header.msg_hdr.msg_iovlen = 1;
}

}  // namespace

void batch::receive(udp::socket& from, error_code& error) {
    std::array<::mmsghdr, most> headers{};
    std::array<::iovec, most> parts{};
    for (std::size_t i = 0; i < most; ++i) {
        parts[i] = {data(i), largest};
        describe(headers[i], parts[i], peers_[i], peers_[i].capacity());
    }
    auto const n = ::recvmmsg(from.native_handle(), headers.data(), most, MSG_WAITFORONE, nullptr);
    error.assign(n < 0 ? errno : 0, boost::system::system_category());
    first_ = 0;
    last_ = n < 0 ? 0 : static_cast<std::size_t>(n);
    for (std::size_t i = 0; i < last_; ++i) {
        sizes_[i] = headers[i].msg_len;
        peers_[i].resize(headers[i].msg_hdr.msg_namelen);
    }
}

bool batch::send(udp::socket& from) {
    std::array<::mmsghdr, most> headers{};
    std::array<::iovec, most> parts{};
    for (auto i = first_; i < last_; ++i) {
        parts[i] = {data(i), sizes_[i]};
        describe(headers[i], parts[i], peers_[i], peers_[i].size());
    }
    while (!empty()) {
        auto const n = ::sendmmsg(from.native_handle(), &headers[first_], static_cast<unsigned>(last_ - first_), 0);
        if (n < 0 && errno == EAGAIN) return false;
        first_ += n > 0 ? static_cast<std::size_t>(n) : 1;  // the first of those that are left cannot go
    }
    first_ = last_ = 0;
    return true;
}

}  // namespace network
