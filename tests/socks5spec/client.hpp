/// A client of the server under test.
#pragma once

#include "socks5spec/connection.hpp"

#include <map>

namespace spec {

/// The address of the server under test. Throws usage_error when the name is unknown.
tcp::endpoint server();

struct reply {
    octet rep = 0;
    address bnd;
};

/// What to think of a wrong value of an octet.
using causes = std::map<octet, std::string>;

class client : public connection {
public:
    /// Connects; `from` another local address than the usual one.
    explicit client(std::optional<asio::ip::address> const& from = {});

    /// All of them in one segment.
    void send(std::vector<message> const& messages);
    void send(message const& m) { send(std::vector{m}); }

    /// Each octet in a segment of its own, which the server has read before the next one is sent.
    void send_octetwise(message const& m);

    // What the server says. All check VER, RSV and ATYP, and that the message is complete.
    octet receive_selection();
    octet receive_status();
    reply receive_reply();

    /// A reply to a request for this address; the case is over when the server has no IPv6.
    reply receive_reply_for(address const& dst);

    /// The field of the message that came last holds one of these octets. `why`: what to think of wrong ones.
    void expect(std::string const& field, octets const& allowed, causes const& why = {});

    /// The same as receive_reply() and expect("REP", ...).
    reply expect_reply(octets const& reps, causes const& why = {});

    /// Everything up to the request.
    void greet();

    /// Greeting, CONNECT, and its success; ipv6 may be missing.
    reply connect_to(address const& dst);

    /// After a failure: no more octets, and the end of the connection within ten seconds.
    void expect_hang_up();

private:
    /// Reads the next field of a message. `cause`: the likely one if it is missing.
    octets field(std::string const& name, std::size_t n, std::string const& cause = {});
    address receive_address(bool of_failure);
    void expect(std::string const& field, octets const& allowed, causes const& why, std::string const& in_words);
};

/// The method that the clients of this run offer: 02 with --user, 00 without.
octet usual_method();

/// The usual greeting, and with --user the login: everything that a client sends in front of its request.
std::vector<message> opening();

}  // namespace spec
