#include "network/batch.hpp"

#include <sys/socket.h>

namespace network {

socks5::octet* batch::data(std::size_t i) {
    if (!octets_) octets_ = std::make_unique_for_overwrite<socks5::octet[]>(most * largest);
    return &octets_[i * largest];
}

std::size_t batch::take(std::span<socks5::octet> buffer, udp::endpoint& sender) {
    auto const n = std::min(buffer.size(), sizes_[first_]);
    std::copy_n(data(first_), n, buffer.begin());
    sender = peers_[first_];
    ++first_;
    return n;
}

void batch::put(std::span<socks5::octet const> datagram, udp::endpoint const& receiver) {
    std::ranges::copy(datagram, data(last_));
    sizes_[last_] = datagram.size();
    peers_[last_] = receiver;
    ++last_;
}

#ifdef __linux__

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

#else

void batch::receive(udp::socket& from, error_code& error) {
    sizes_[0] = from.receive_from(asio::buffer(data(0), largest), peers_[0], 0, error);
    first_ = 0;
    last_ = error ? 0 : 1;
}

bool batch::send(udp::socket& from) {
    for (; !empty(); ++first_) {
        error_code lost;
        from.send_to(asio::buffer(data(first_), sizes_[first_]), peers_[first_], 0, lost);
        if (lost == asio::error::would_block) return false;
    }
    first_ = last_ = 0;
    return true;
}

#endif

}  // namespace network
