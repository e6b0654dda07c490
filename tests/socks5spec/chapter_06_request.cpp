/// The request and its reply.
#include "socks5spec/clause.hpp"

namespace spec {

TEST_SUITE_BEGIN("06 request and reply");

namespace {

constexpr auto stays_open = "After the reply close the connection, or at least the sending side of it.";

causes const no_look{{0, "The server does not look at CMD."},
                     {1, "REP 07 tells the client what is wrong; 01 does not."},
                     {5, "The server does not look at CMD, and has tried to connect."}};

}  // namespace

CLAUSE("1928-6", MUST, "an unknown command",
       "CMD is 01, 02 or 03. The answer to another one is REP 07, \"Command not supported\".") {
    for (octet const cmd : octets{0x00, 0x04, 0x7f, 0xff}) {
        client c;
        c.greet();
        suspect("The server closes without an answer. Every request gets a reply.");
        c.send(request(cmd, {v4_loopback, 9}));
        c.expect_reply({7}, no_look);
    }
}

CLAUSE("1928-6", MUST, "an unknown command with a name",
       "CMD is 01, 02 or 03. The answer to another one is REP 07, whatever the address is.") {
    client c;
    c.greet();
    c.send(request(0x7f, with_name("localhost", 9)));
    c.expect_reply({7}, no_look);
}

CLAUSE("1928-6", MUST, "an unknown type of address",
       "ATYP is 01, 03 or 04. The answer to another one is REP 08, \"Address type not supported\".") {
    suspect("How long the address is cannot be known when its type is not. Answer at once, without reading on.");
    for (octet const atyp : octets{0x00, 0x02, 0x05, 0xff}) {
        client c;
        c.greet();
        c.send(request(connect, {v4_loopback, 9}).with("ATYP", {atyp}));
        c.expect_reply({8}, {{0, "The server takes an unknown type for one that it knows."},
                             {1, "REP 08 tells the client what is wrong; 01 does not."},
                             {7, "REP 07 is for an unknown CMD."}});
    }
}

CLAUSE("1928-6", SENSE, "neither command nor address type are known",
       "REP 08 or 07: both are true. 08 fits best, since the address cannot be read.") {
    client c;
    c.greet();
    c.send(request(0x7f, {v4_loopback, 9}).with("ATYP", {0x7f}));
    c.expect_reply({8, 7});
}

CLAUSE("1928-6", MUST, "the connection ends after a failure",
       "When REP says failure, the server must close the connection shortly after, within ten seconds.") {
    client c;
    c.greet();
    c.send(request(connect, refusing()));
    auto const came = c.receive_reply();
    if (came.rep == 0) c.expect("REP", {5});
    suspect(stays_open);
    c.expect_hang_up();
}

CLAUSE(
    "1928-6", MUST, "the reply to a failure is whole",
    "A reply has all fields, also when it says failure: VER, REP, RSV, ATYP, BND.ADDR, BND.PORT, and nothing behind.") {
    suspect("Send ten octets at least: 05, REP, 00, then ATYP 01, four octets of address, two of port.");
    client c;
    c.greet();
    c.send(request(connect, refusing()));
    auto const came = c.receive_reply();
    if (came.rep == 0) c.expect("REP", {5});
    suspect(stays_open);
    c.expect_end(10s);
}

CLAUSE("1928-6", MUST, "the reply to a success is whole, and single",
       "Behind the reply the first octet is one of the target's.") {
    auto tunnel = open_tunnel();
    suspect(
        "Nothing may come behind the reply before the target sends: no octet (is it longer than its ATYP says?), no "
        "end.");
    tunnel.near.expect_silence(a_moment);
}

CLAUSE("1928-4", SENSE, "another version in the request",
       "VER is 05 in each message. A request with another version is not served.") {
    suspect("The server does not look at VER of the request.");
    origin target;
    client c;
    c.greet();
    c.send(request(connect, target.where()).with("VER", {4}));
    target.expect_nobody(a_moment);
}

CLAUSE("1928-4", SENSE, "RSV is not zero",
       "RSV must be 00, and means nothing. Be liberal in what you accept (RFC 1122 section 1.2.2): ignore it.") {
    origin target;
    client c;
    c.greet();
    c.send(request(connect, target.where()).with("RSV", {0xff}));
    stands_on(plain::connect);
    c.expect_reply({0}, {{1, "The server insists on RSV 00."}});
}

}  // namespace spec

TEST_SUITE_END();
