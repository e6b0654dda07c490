/// The targets: what the server under test connects to.
#pragma once

#include "socks5spec/comparison.hpp"
#include "socks5spec/connection.hpp"

namespace spec {

inline socks5::host const v4_loopback = socks5::ipv4{{127, 0, 0, 1}};
inline socks5::host const v6_loopback = socks5::ipv6{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
inline socks5::host const localhost = socks5::domainname{"localhost"};  ///< either of them

/// Does this machine have the address?
bool available(socks5::host const& host);

/// A target that listens, on any free port or on this one. Without the address on this machine, the case is not run.
class origin {
public:
    explicit origin(socks5::host const& host = v4_loopback, int backlog = 100, std::uint16_t port = 0);

    address where() const { return {host_, port()}; }
    std::uint16_t port() const { return doors_.front().local_endpoint().port(); }

    /// The connection that the server under test makes. Fails when there is none in time.
    connection accept();

    /// Somebody has connected, or does so within this time.
    bool visited(std::chrono::milliseconds within);

    /// Nobody connects.
    void expect_nobody(std::chrono::milliseconds time);

private:
    void listen_on_both(int backlog);
    void listen(socks5::host const& host, int backlog, std::uint16_t port);

    socks5::host host_;
    std::vector<tcp::acceptor> doors_;
};

/// A port of that address where nobody listens.
address refusing(socks5::host const& host = v4_loopback);

struct datagram {
    octets data;
    address from;
};

/// A UDP socket on a free port: a target, or a client's end.
class udp_port {
public:
    explicit udp_port(std::string here, socks5::host const& host = v4_loopback, std::uint16_t port = 0);

    address where() const { return to_address(socket_.local_endpoint()); }

    void send(address const& to, octets const& data);
    void expect_same(octets const& wanted, octets const& got) const { expect_same_datagram(here_, wanted, got); }

    /// The next datagram. Fails when there is none in time.
    datagram receive();

    /// The next datagram, or none.
    std::optional<datagram> receive_within(std::chrono::milliseconds time);

    void expect_silence();

private:
    std::string here_;
    udp::socket socket_;
};

}  // namespace spec
