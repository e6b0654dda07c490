/// A TCP connection.
#pragma once

#include "socks5/octets.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <span>

namespace network {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// Pass data on at once (TCP_NODELAY), and notice within two minutes when a silent peer has vanished (keep-alive; with
/// data under way the system takes longer to give up). What a listening socket is told, those that it accepts inherit.
/// Failures are ignored.
void prepare(tcp::socket::native_handle_type socket);

/// A message is read field by field, a few octets each, but a call of the system costs as much as a thousand of them.
/// So read() takes what is there, and what is left over waits for the next read.
class stream {
public:
    explicit stream(tcp::socket connected) : socket_(std::move(connected)) {}

    /// Exactly n octets. Throws std::runtime_error.
    socks5::octets read(std::size_t n);

    /// What is there, and 0 at the end. Throws std::runtime_error.
    std::size_t read_some(std::span<socks5::octet> buffer);

    /// Has something come that nobody has read yet, though the system has delivered it?
    bool has_more() const { return first_ < ahead_.size(); }

    tcp::socket& socket() { return socket_; }
    tcp::socket const& socket() const { return socket_; }

private:
    std::size_t receive(std::span<socks5::octet> buffer);

    tcp::socket socket_;
    socks5::octets ahead_;  ///< has come, but was not read: from first_ on
    std::size_t first_ = 0;
};

}  // namespace network
