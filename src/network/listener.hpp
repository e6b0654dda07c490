/// Sockets that wait for strangers, and how another thread ends the wait. close() does not: the wait would go on.
#pragma once

#include "network/stream.hpp"

#include <atomic>
#include <optional>

namespace network {

/// Who came.
struct visitor {
    network::stream stream;
    tcp::endpoint from;  ///< known even if the visitor has left again
};

/// A listening socket. All but end() may throw boost::system::system_error.
class listener {
public:
    listener(asio::io_context& io, tcp::endpoint const& where);

    tcp::endpoint local() const { return acceptor_.local_endpoint(); }

    /// The next connection, or nothing when the listener was ended.
    std::optional<visitor> accept();

    /// The same, but nothing also when `leaving` ends first. What it has sent stays there to be read.
    std::optional<visitor> accept(network::stream& leaving);

    /// Ends accept(), now and ever after, from any thread.
    void end();
    bool ended() const { return ended_; }

private:
    asio::io_context& io_;
    tcp::acceptor acceptor_;
    std::atomic<bool> ended_ = false;
};

}  // namespace network
