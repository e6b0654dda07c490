/// Has a client left while somebody waits for something else?
#pragma once

#include "network/stream.hpp"

#include <functional>
#include <span>

namespace network {

/// Whether a connection is still there shows only when it is read. So what the client says meanwhile is read, and given
/// to heard(octets); that says whether it can take more. If not, the client is not watched any longer.
class watcher {
public:
    using on_octets = std::function<bool(std::span<socks5::octet const>)>;

    watcher(stream& client, on_octets heard) : client_(client), heard_(std::move(heard)) {}

    tcp::socket& socket() { return client_.socket(); }
    bool listens() const { return listens_; }
    bool left() const { return left_; }

    /// Why it has left: eof, or what the system says of the connection.
    std::error_code why() const { return why_; }

    /// To be called when the socket can be read.
    void read() {
        socks5::octets buffer(512);
        auto const n = socket().read_some(asio::buffer(buffer), why_);
        left_ = why_ && why_ != asio::error::would_block;
        listens_ = !left_ && heard_(std::span(buffer).first(n));
    }

private:
    stream& client_;
    on_octets heard_;
    error_code why_;
    bool listens_ = true;
    bool left_ = false;
};

}  // namespace network
