/// A TCP connection on which nothing waits for ever, and which tells the story of what goes over it.
#pragma once

#include "socks5spec/message.hpp"
#include "socks5spec/options.hpp"
#include "socks5spec/trial.hpp"
#include "socks5spec/waiting.hpp"

#include <span>

namespace spec {

/// What has come next on a connection.
struct arrival {
    enum { data, end, reset, nothing } what;  ///< nothing: not in time
    spec::octets octets = {};
};

/// For a failure: what came instead of what was expected.
std::string in_words(arrival const& came);

class connection {
public:
    /// `here`: what this end is called in the story: "client", "target".
    connection(tcp::socket socket, std::string here);

    std::string const& here() const { return here_; }
    address local() const;
    address remote() const { return remote_; }
    tcp::socket& socket() { return socket_; }

    /// Something is wrong on this connection: it is the one to look at in Wireshark.
    void point_at() const;

    /// Fails unless these octets are those of the stream from this offset on.
    void expect_part(octets const& stream, std::size_t offset, octets const& got, std::size_t before = 0);

    /// Sends all of it in one piece, as far as TCP knows pieces. Fails when the other side takes nothing.
    void write(octets const& all);

    /// The same, but when the other side has closed already, what it has said before is of more interest. Delivers how
    /// many octets were sent.
    std::size_t try_to_write(octets const& all);

    /// Sends as much as the other side takes at once; 0 when that is nothing. No failure when it was reset.
    std::size_t write_some(std::span<octet const> some);

    /// Waits until the program at the other end has read all that was sent from here, so that what is sent next cannot
    /// be joined with it. Nothing when nobody can tell, false when the program leaves it unread.
    std::optional<bool> wait_until_taken(std::chrono::milliseconds patience);

    /// The next octets, at most so many, or why there are none.
    arrival read_some(std::size_t most, time_point limit);

    /// Exactly n octets, or a failure. `what` they are.
    octets read(std::size_t n, std::string const& what);

    /// These octets come next.
    void expect_data(octets const& wanted);

    /// The connection is ended by the other side, without another octet; a reset is an end as well unless `orderly`.
    /// `of_reset`: its likely cause.
    void expect_end(std::chrono::milliseconds within, bool orderly = false, std::string const& of_reset = {});
    void expect_reset();

    /// Nothing comes, and no end either.
    void expect_silence(std::chrono::milliseconds time);

    void end();    ///< no more octets from here: FIN
    void close();  ///< both directions
    void reset();  ///< RST

protected:
    void tell(std::string const& what) const { spec::tell(here_ + ": " + what); }
    void tell_if_closed(std::size_t sent, std::size_t all) const;

private:
    std::size_t write_some(std::span<octet const> some, error_code& error);

    /// At most n octets, and what came behind them if they are fewer.
    std::pair<octets, arrival> read_up_to(std::size_t n);

    /// Fails because fewer than n octets have come.
    [[noreturn]] void fail_for_want_of(std::size_t n, std::string const& what, std::pair<octets, arrival> const& came);

    tcp::socket socket_;
    std::string here_;
    address remote_;
    std::uint64_t sent_ = 0;
};

address to_address(tcp::endpoint const& endpoint);
address to_address(udp::endpoint const& endpoint);
asio::ip::address to_ip(socks5::host const& host);

/// The moment up to which this run waits for something that must come.
time_point in_time();

/// A connection, or none if it was refused or has taken too long. `from`: another local address than the usual one.
std::optional<tcp::socket> try_to_connect(tcp::endpoint const& to, time_point limit = in_time(),
                                          std::optional<asio::ip::address> const& from = {});

/// How long to wait for something that must not come.
inline constexpr auto a_moment = 300ms;

}  // namespace spec
