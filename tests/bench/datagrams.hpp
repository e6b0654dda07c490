#pragma once

#include "bench/stream.hpp"

#include <sys/socket.h>

#include <vector>

namespace bench {

/// A UDP socket at a free port of 127.0.0.1. To wait for datagrams ends after this time.
descriptor datagram_socket(std::chrono::milliseconds patience);

/// Room for a number of datagrams, which are received and sent in one call.
class datagrams {
public:
    /// `room`: octets of each, one more than is expected, so that too many are noticed.
    datagrams(int socket, std::size_t room, std::size_t most);

    /// Waits for one, and takes what there is. None: the time is over.
    std::size_t receive();

    /// Sends the first n, each as long as it is, and to its peer.
    void send(std::size_t n);

    std::span<octet> octets(std::size_t i) { return {static_cast<octet*>(parts_[i].iov_base), parts_[i].iov_len}; }
    sockaddr_in& peer(std::size_t i) { return peers_[i]; }
    void resize(std::size_t i, std::size_t n) { parts_[i].iov_len = n; }

private:
    int socket_;
    std::size_t room_;
    std::vector<octet> buffer_;
    std::vector<iovec> parts_;
    std::vector<sockaddr_in> peers_;
    std::vector<mmsghdr> headers_;
};

}  // namespace bench
