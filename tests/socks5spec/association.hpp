/// A client with a UDP association.
#pragma once

#include "socks5spec/client.hpp"
#include "socks5spec/origin.hpp"

namespace spec {

struct association {
    client control;  ///< the TCP connection
    udp_port near;   ///< from where the client sends
    address told;    ///< BND of the reply
    address relay;   ///< the same, or where it was zeros, the server's own address

    /// Greeting, request, reply. `anonymous`: the client does not say from where it will send.
    explicit association(bool anonymous = false);

    void send(address const& dst, octets const& data) { send(udp_header(dst), data); }
    void send(message const& header, octets const& data);
    void send_raw(octets const& datagram) { near.send(relay, datagram); }

    /// The next datagram: a header that names this source, and these data.
    void expect_answer(address const& source, octets const& data);

    /// The same for a source that was sent to by name: its answer may name it either way.
    void expect_answer_from_port(std::uint16_t port, octets const& data);

    /// A question to the target, and its answer. Delivers where the target saw the question come from.
    address expect_echo(udp_port& target, octets const& data = text("question"));

private:
    struct answer {
        address source;
        octets data;
    };
    answer receive(octets const& data);
    void expect(answer const& came, bool from_there, std::string const& source, octets const& data);
};

}  // namespace spec
