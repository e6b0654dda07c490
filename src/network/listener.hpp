/// A listening socket, and how another thread ends the wait for somebody to come. close() does not: the wait would go
/// on.
#pragma once

#include "network/stream.hpp"

#include <atomic>
#include <optional>

namespace network {

class listener {
public:
    /// Throws boost::system::system_error, as local() may.
    listener(asio::io_context& io, tcp::endpoint const& where) : acceptor_(io, where) {
        prepare(acceptor_.native_handle());
    }

    socks5::address local() const { return to_address(acceptor_.local_endpoint()); }

    /// Ends accept(), now and ever after, from any thread.
    void end() {
        if (ended_.exchange(true)) return;
        // Linux wakes accept() when the listening socket is shut down. Other systems say "not connected" and do
        // nothing; there a connection wakes it: our own.
        if (::shutdown(acceptor_.native_handle(), tcp::socket::shutdown_both) == 0) return;
        error_code ignored;
        tcp::socket(acceptor_.get_executor()).connect(way_to_ourselves(acceptor_.local_endpoint(ignored)), ignored);
    }
    bool ended() const { return ended_; }

    /// The next connection, or nothing when the listener was ended. How to wait for it is up to the caller:
    /// accept(acceptor, peer, error) returns its socket. Throws socks5::refused.
    std::optional<stream> accept(auto&& accept) {
        while (!ended_) {
            error_code error;
            tcp::endpoint peer;
            auto socket = accept(acceptor_, peer, error);
            if (ended_ || error == asio::error::operation_aborted) break;
            if (error == asio::error::connection_aborted) continue;  // it left before its turn came
            if (error) throw refusal(error);
            return stream(std::move(socket), peer);
        }
        return {};
    }

    tcp::acceptor& acceptor() { return acceptor_; }

private:
    tcp::acceptor acceptor_;
    std::atomic<bool> ended_ = false;
};

}  // namespace network
