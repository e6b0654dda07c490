/// A TCP connection.
#pragma once

#include "capture/connection.hpp"
#include "network/errors.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <span>

namespace network {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// Pass data on at once (TCP_NODELAY), and notice within two minutes when a silent peer has vanished (keep-alive; with
/// data under way the system takes longer to give up). What a listening socket is told, those that it accepts inherit.
/// Failures are ignored.
void prepare(tcp::socket::native_handle_type socket);

/// A message is read field by field, a few octets each, but a call of the system costs more than all of them.
/// So read() takes what is there, and what is left over waits for the next read. How to wait for octets, the network
/// knows: receive(stream, buffer) returns how many there are, and 0 at the end.
class stream {
public:
    /// The observer is told of everything, unless there is none.
    explicit stream(tcp::socket connected, std::unique_ptr<capture::connection> observer = {})
        : socket_(std::move(connected)), observer_(std::move(observer)) {}

    /// Exactly n octets. Throws std::runtime_error.
    socks5::octets read(std::size_t n, auto&& receive) {
        socks5::octets whole(n);
        for (std::span rest(whole); !rest.empty();) {
            if (!has_more() && !read_ahead(receive)) lost(asio::error::eof);
            rest = rest.subspan(take(rest));
        }
        return whole;
    }

    /// What is there, and 0 at the end. Throws std::runtime_error.
    std::size_t read_some(std::span<socks5::octet> buffer, auto&& receive) {
        return has_more() ? take(buffer) : receive(*this, buffer);
    }

    /// Receives for the reads to come. False at the end.
    bool read_ahead(auto&& receive) {
        socks5::octets came(largest_message);
        came.resize(receive(*this, came));
        ahead_.insert(ahead_.end(), came.begin(), came.end());
        return !came.empty();
    }

    /// Is so much waiting to be read that no more should be read ahead?
    bool is_far_ahead() const { return ahead_.size() - first_ >= far; }

    /// Has something come that nobody has read yet, though the system has delivered it?
    bool has_more() const { return first_ < ahead_.size(); }

    /// What receive() has to return, or to throw: n octets are in the buffer.
    std::size_t received(std::span<socks5::octet const> buffer, std::size_t n, error_code const& error) {
        if (observer_) observe_receipt(buffer.first(n), error);
        if (error && error != asio::error::eof) lost(error);
        return n;
    }

    /// Around a write: what will be sent, and what the system said.
    void sends(std::span<socks5::octet const> octets) {
        if (observer_) observer_->sends(octets);
    }
    void sent(error_code const& error) {
        if (!error) return;
        if (observer_) observer_->send_failed();
        lost(error);
    }

    void observe(std::unique_ptr<capture::connection> observer) { observer_ = std::move(observer); }
    capture::connection* observer() { return observer_.get(); }

    tcp::socket& socket() { return socket_; }
    tcp::socket const& socket() const { return socket_; }

private:
    static constexpr std::size_t largest_message = 513;  ///< octets: a login, RFC 1929 section 2

    static constexpr std::size_t far = 65'536;  ///< octets

    std::size_t take(std::span<socks5::octet> buffer);
    void observe_receipt(std::span<socks5::octet const> came, error_code const& error);

    tcp::socket socket_;
    socks5::octets ahead_;  ///< has come, but was not read: from first_ on
    std::size_t first_ = 0;
    std::unique_ptr<capture::connection> observer_;  ///< told of the close before it happens
};

}  // namespace network
