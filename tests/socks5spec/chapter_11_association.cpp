/// UDP ASSOCIATE: where an association is, who may use it, and how long it lasts.
#include "socks5spec/association.hpp"
#include "socks5spec/clause.hpp"

namespace spec {

TEST_SUITE_BEGIN("11 UDP ASSOCIATE");

CLAUSE("1928-6", MUST, "the reply says where to send datagrams",
       "BND.ADDR and BND.PORT are where the client must send its datagrams.") {
    association a;
    if (a.told.port == 0) {
        current().story.back().wrong = {"BND.PORT", 0};
        fail("the port of a UDP socket", "port 0", "Ask the UDP socket for its port (getsockname).");
    }
}

CLAUSE("1928-6", SENSE, "the relay's address is one that can be reached",
       "BND.ADDR of 0.0.0.0 is nowhere. Many clients take it for the proxy's own address; not all do.") {
    association a;
    if (!is_unspecified(a.told.host)) return;
    current().story.back().wrong = {"BND.ADDR", 0};
    fail("an address of the server", to_string(a.told),
         "The UDP socket is bound to a wildcard. Tell the address by which the TCP connection came in.");
}

CLAUSE("1928-6", MUST, "the client's address may be unknown",
       "A client that does not know from where it will send says 0.0.0.0 and port 0 in its request.") {
    suspect("With DST 0.0.0.0:0 take the address of the TCP connection, and the port of the first datagram.");
    association a(true);
    udp_port target("target");
    a.expect_echo(target);
}

CLAUSE("1928-7", MUST, "datagrams of another host are dropped",
       "The server must drop datagrams from any source address but the one of the client of this association.") {
    if (to_address(server()).host != v4_loopback) not_run("the server does not listen on 127.0.0.1");
    association a;
    udp_port target("target"), stranger("stranger", socks5::ipv4{{127, 0, 0, 2}});
    suspect(
        "Anybody may send through the association of this client. Compare the sender of each datagram with the "
        "client's address on the TCP connection.");
    stranger.send(a.relay, udp_header(target.where()).whole() + text("forged"));
    target.expect_silence();
    suspect("A stranger's datagram has kept the client itself out.");
    a.expect_echo(target);
    suspect("Anybody may send through the association of this client, once it is in use.");
    stranger.send(a.relay, udp_header(target.where()).whole() + text("forged"));
    target.expect_silence();
}

CLAUSE("1928-7", MAY, "datagrams of another port are dropped",
       "When the client has said from which port it will send, or has sent, no other port of its host is let in.") {
    association a;
    udp_port target("target"), other("another port of the client's host", a.near.where().host);
    a.expect_echo(target);
    suspect("Other programs on the client's host can send through this association.");
    other.send(a.relay, udp_header(target.where()).whole() + text("forged"));
    target.expect_silence();
}

CLAUSE("1928-7", MAY, "only targets may answer",
       "A host to which the client has sent nothing does not get datagrams through to it.") {
    association a;
    udp_port target("target"), stranger("stranger");
    auto const seen = a.expect_echo(target);
    suspect("Anybody who finds the server's port can send to the client. Remember to whom the client has sent.");
    stranger.send(seen, text("unasked"));
    a.near.expect_silence();
}

CLAUSE("1928-6", MUST, "it ends with the TCP connection",
       "A UDP association ends when the TCP connection ends on which the request came.") {
    association a;
    udp_port target("target");
    a.expect_echo(target);
    a.control.close();
    suspect("The server relays although the client has closed its TCP connection: nobody will ever end this.");
    auto const passes = [&](std::chrono::milliseconds within) {
        a.send(target.where(), text("late"));
        return target.receive_within(within).has_value();
    };
    for (auto const limit = clock::now() + 3s; clock::now() < limit;) {
        if (!passes(1s) && !passes(2s)) return;  // twice, because a busy machine may be slow
        current().story.resize(std::min<std::size_t>(current().story.size(), 12));
        waiting().until(clock::now() + 100ms);
    }
    fail("no more datagrams for the target", "they still pass, 3 s after the end of the TCP connection");
}

CLAUSE("1928-6", MUST, "it lasts as long as the TCP connection", "The server must not close the TCP connection.") {
    association a;
    udp_port target("target");
    a.expect_echo(target);
    suspect("The server closes the TCP connection behind its reply. It must stay open as long as the association.");
    a.control.expect_silence(a_moment);
    a.expect_echo(target);
}

}  // namespace spec

TEST_SUITE_END();
