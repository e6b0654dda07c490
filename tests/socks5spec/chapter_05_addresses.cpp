/// Where to: the three types of address.
#include "socks5spec/clause.hpp"
#include "socks5spec/pieces.hpp"

namespace spec {

TEST_SUITE_BEGIN("05 addresses");

namespace {

octet const no_success = 0;

/// Any failure will do, as long as it is an answer.
void expect_failure(client& c, std::string const& cause_of_success) {
    c.expect_reply({4, 1, 2, 3, 5, 8}, {{no_success, cause_of_success}, {7, "REP 07 is for an unknown CMD."}});
}

/// The longest part of a name between two dots, RFC 1035 section 2.3.4.
std::string const longest_label(63, 'x');

/// The low octet first.
std::uint16_t swapped(std::uint16_t port) { return static_cast<std::uint16_t>(port << 8 | port >> 8); }

/// A free port that is another one, and free as well, when its octets are swapped.
std::optional<origin> try_origin(std::uint16_t port) {
    try {
        return std::optional<origin>(std::in_place, v4_loopback, 100, port);
    } catch (boost::system::system_error const&) {
        return {};
    }
}

}  // namespace

CLAUSE("1928-5", MUST, "an IPv4 address", "ATYP 01 is followed by the four octets of an IPv4 address.") {
    origin target;
    client().connect_to(target.where());
    target.accept();
}

CLAUSE("1928-5", MUST, "a name",
       "ATYP 03 is followed by an octet that says how long the name is, and by the name, without a zero octet.") {
    suspect("Read the length, then exactly as many octets, and look the name up. There is no zero octet behind it.");
    origin target(localhost);
    client().connect_to(target.where());
    target.accept();
}

CLAUSE("1928-5", MUST, "an IPv6 address", "ATYP 04 is followed by the sixteen octets of an IPv6 address.") {
    origin target(v6_loopback);
    client().connect_to(target.where());
    target.accept();
}

CLAUSE("1928-4", MUST, "the high octet of the port comes first",
       "DST.PORT is in network octet order: the high octet first. 80 is 00 50.") {
    for (std::uint16_t port = 0x7d11; port < 0x7dff; ++port) {
        auto right = try_origin(port), wrong = try_origin(swapped(port));
        if (!right || !wrong) continue;
        client c;
        c.greet();
        c.send(request(connect, right->where()));
        auto const came = c.receive_reply();
        suspect("The server does not connect to the port of the request.");
        if (right->visited(a_moment)) return c.expect("REP", {0});
        if (wrong->visited(0ms))
            fail("a connection to port " + std::to_string(port), "one to port " + std::to_string(swapped(port)),
                 "The server reads the octets of the port in the wrong order: port = high * 256 + low (ntohs).");
        fail("a connection to port " + std::to_string(port), "none, and REP " + rep_text(came.rep));
    }
    not_run("no free pair of ports");
}

CLAUSE("1928-5", MUST, "a name of one octet", "The length of a name may be 1. Whether it exists is another question.") {
    client c;
    c.greet();
    c.send(request(connect, with_name("x", 9)));
    be_patient();
    c.receive_reply();
}

CLAUSE("1928-5", MUST, "a name of 255 octets",
       "The length of a name may be 255; no such name exists, but the request is read whole and answered.") {
    suspect("The server does not read all of the name. Is its length kept in a signed char, or the buffer too small?");
    client c;
    c.greet();
    auto const& x = longest_label;  // longer ones are another case
    c.send(request(connect, with_name(x + '.' + x + '.' + x + '.' + x, 9)));
    be_patient();
    expect_failure(c, "There is no such name.");
}

CLAUSE(
    "1928-6", MUST, "a name with a label of 64 octets",
    "A part of a name between two dots, a label, has at most 63 octets (RFC 1035 section 2.3.4). So there is no such "
    "name, but the request is answered.") {
    suspect(
        "The server does not answer when the look-up fails in this way. In Python, getaddrinfo() raises UnicodeError "
        "for "
        "such a str, which is no OSError: catch it, or give it the name as bytes.");
    client c;
    c.greet();
    c.send(request(connect, with_name(longest_label + "x.invalid", 9)));
    be_patient();
    expect_failure(c, "There is no such name.");
}

CLAUSE("1928-5", SENSE, "a name of no octets", "A name of length 0 cannot exist. It is answered by a failure.") {
    suspect("With a length of 0 there is no octet to wait for: the port comes next.");
    client c;
    c.greet();
    c.send(request(connect, with_name("", 9)));
    expect_failure(c, "There is no empty name.");
}

CLAUSE("1928-5", SENSE, "an IPv4 address as a name", "A name may be an address in writing, as browsers send it.") {
    origin target;
    client().connect_to(with_name("127.0.0.1", target.port()));
    target.accept();
}

CLAUSE("1928-5", SENSE, "a name with a zero octet in it",
       "No name holds a zero octet. A server that cuts the name there connects to another host than the one that its "
       "rules and its log know.") {
    origin target(localhost);
    client c;
    c.greet();
    c.send(request(connect, with_name(std::string("localhost\0.invalid", 18), target.port())));
    be_patient();
    c.receive_reply();
    suspect(
        "getaddrinfo() takes a C string, and c_str() ends at the first 00: it looked up 'localhost'. Refuse a name "
        "that "
        "holds 00 before the look-up (REP 04).");
    target.expect_nobody(a_moment);
}

CLAUSE("1928-4", SENSE, "port 0", "Nobody listens on port 0. The request is answered by a failure.") {
    client c;
    c.greet();
    c.send(request(connect, {v4_loopback, 0}));
    expect_failure(c, "A success, although nobody can be there.");
}

CLAUSE("9293-2.2", MUST, "a request with a name comes octet by octet",
       "TCP delivers octets in order, and knows no messages. A message may come in any number of pieces.") {
    request_in_pieces(localhost);
}

CLAUSE("9293-2.2", MUST, "a request with an IPv6 address comes octet by octet",
       "TCP delivers octets in order, and knows no messages. A message may come in any number of pieces.") {
    request_in_pieces(v6_loopback);
}

}  // namespace spec

TEST_SUITE_END();
