/// Sockets that wait for strangers, and how another thread ends the wait. close() does not: the wait would go on.
#pragma once

#include "network/stream.hpp"

#include <boost/system/system_error.hpp>

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
    tcp::acceptor& acceptor() { return acceptor_; }

    /// The next connection, or nothing when the listener was ended. How to wait for it, the network knows:
    /// accept(acceptor, from, error) returns its socket.
    std::optional<visitor> accept(auto&& accept) {
        while (!ended_) {
            error_code error;
            tcp::endpoint from;
            auto socket = accept(acceptor_, from, error);
            if (ended_ || error == asio::error::operation_aborted) break;
            if (error == asio::error::connection_aborted) continue;  // it left before its turn came
            if (error) throw boost::system::system_error(error);
            return visitor{network::stream(std::move(socket)), from};
        }
        return {};
    }

    /// Ends accept(), now and ever after, from any thread.
    void end();
    bool ended() const { return ended_; }

private:
    asio::io_context& io_;
    tcp::acceptor acceptor_;
    std::atomic<bool> ended_ = false;
};

}  // namespace network
