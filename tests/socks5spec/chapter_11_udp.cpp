/// UDP ASSOCIATE: datagrams, each with a header that says where to.
#include "socks5spec/association.hpp"
#include "socks5spec/clause.hpp"

namespace spec {

TEST_SUITE_BEGIN("11 UDP ASSOCIATE");

namespace {

constexpr auto header_cause =
    "In front of the data stands a header: RSV 00 00, FRAG 00, ATYP, address and port of whom the data come from.";

}  // namespace

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

CLAUSE("1928-7", MUST, "a datagram to an IPv4 target, and back",
       "DATA goes to DST; the answer comes with a header that says who has sent it.") {
    suspect(header_cause);
    association a;
    udp_port target("target");
    a.expect_echo(target);
}

CLAUSE("1928-7", MUST, "a datagram to an IPv6 target, and back",
       "DATA goes to DST; the answer comes with ATYP 04 and the IPv6 address of who has sent it.") {
    suspect("An IPv6 target needs an IPv6 socket (or one for both), and an answer with ATYP 04.");
    udp_port target("target", v6_loopback);
    association a;
    a.send(target.where(), text("question"));
    auto const got = target.receive_within(given().timeout);
    if (!got) not_supported("ipv6", "no datagram arrived at [::1]");
    target.send(got->from, text("answer"));
    a.expect_answer(target.where(), text("answer"));
}

CLAUSE("1928-7", MUST, "a datagram to a name, and back", "DST.ADDR may be a name, which the server looks up.") {
    suspect("The server looks up no names for datagrams, or does not read their length octet.");
    association a;
    udp_port four("target");
    auto const port = four.where().port;
    std::optional<udp_port> six;  // localhost may be [::1] as well
    if (available(v6_loopback)) six.emplace("target", v6_loopback, port);
    a.send(with_name("localhost", port), text("question"));
    be_patient();
    for (auto const limit = in_time(); clock::now() < limit;) {
        for (auto* target : {&four, six ? &*six : &four}) {
            auto const came = target->receive_within(20ms);
            if (!came) continue;
            target->expect_same(text("question"), came->data);
            target->send(came->from, text("answer"));
            return a.expect_answer_from_port(port, text("answer"));
        }
    }
    fail("a datagram for the target", "nothing, in the time limit");
}

CLAUSE("1928-7", MUST, "several targets in one association",
       "Each datagram says where it goes; each answer, who has sent it.") {
    suspect(
        "The server remembers one target for the association. DST of each datagram counts, and each answer has the "
        "address that recvfrom() reports.");
    association a;
    udp_port first("first target"), second("second target"), third("third target");
    a.expect_echo(first);
    a.expect_echo(second);
    a.expect_echo(third);
    a.expect_echo(first);
}

CLAUSE("1928-7", MUST, "fragments are dropped",
       "A server that does not put fragments together must drop any datagram whose FRAG is not 00.") {
    association a;
    udp_port target("target");
    suspect("The server does not look at FRAG, and passes a fragment on as if it were whole.");
    a.send(udp_header(target.where()).with("FRAG", {1}), text("fragment"));
    target.expect_silence();
    suspect("A fragment has ended the association. It is to be dropped, no more.");
    a.expect_echo(target);
}

CLAUSE("1928-7", SENSE, "reserved octets are ignored",
       "RSV must be 0000, and means nothing. A datagram with another value may be dropped; the association lives on.") {
    association a;
    udp_port target("target");
    a.send(udp_header(target.where()).with("RSV", {0xff, 0xff}), text("odd"));
    target.receive_within(a_moment);
    suspect("A datagram with RSV not zero has ended the association.");
    a.expect_echo(target);
}

CLAUSE("1928-7", SENSE, "datagrams that are too short",
       "What has no whole header is dropped; the association lives on.") {
    association a;
    udp_port target("target");
    suspect("A datagram that ends within its header has ended the association. Check the length before each field.");
    auto const whole = udp_header(target.where()).whole();
    for (std::size_t n = 0; n < whole.size(); ++n) a.send_raw({whole.begin(), whole.begin() + std::ptrdiff_t(n)});
    a.send_raw({0, 0, 0, 3, 255, 'x'});
    a.send_raw({0, 0, 0, 0x7f, 1, 2, 3, 4, 0, 9});
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

CLAUSE("1928-6", MUST, "the client's address may be unknown",
       "A client that does not know from where it will send says 0.0.0.0 and port 0 in its request.") {
    suspect("With DST 0.0.0.0:0 take the address of the TCP connection, and the port of the first datagram.");
    association a(true);
    udp_port target("target");
    a.expect_echo(target);
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

CLAUSE("1928-7", SENSE, "a target that refuses",
       "A port where nobody listens answers by ICMP; that is no reason to end the association.") {
    association a;
    udp_port target("target");
    suspect("ECONNREFUSED on the UDP socket has ended the association. Ignore it, and go on.");
    address const nobody = udp_port("nobody").where();
    for (int i = 0; i < 3; ++i) a.send(nobody, text("lost"));
    a.send(with_name("no-such-name.invalid", 9), text("lost"));
    be_patient();
    a.expect_echo(target);
}

CLAUSE("1928-7", SENSE, "an empty datagram", "A datagram may have no data at all; it passes both ways.") {
    suspect("A size of 0 is not an end: a datagram may be empty.");
    association a;
    udp_port target("target");
    a.send(target.where(), {});
    auto const got = target.receive();
    target.expect_same({}, got.data);
    target.send(got.from, {});
    a.expect_answer(target.where(), {});
}

CLAUSE("1928-7", SENSE, "a large datagram", "9,000 octets pass both ways, unchanged.") {
    suspect("The server's buffer is too small: the datagram is cut, or dropped. 65,535 octets are always enough.");
    association a;
    udp_port target("target");
    a.expect_echo(target, random_octets(9'000, 9));
}

CLAUSE("1928-7", SENSE, "the largest datagram",
       "65,497 octets and ten of header are all that UDP over IPv4 can carry.") {
    suspect("The server's buffer is too small: the datagram is cut, or dropped. 65,535 octets are always enough.");
    association a;
    udp_port target("target");
    a.expect_echo(target, random_octets(65'497, 10));
}

CLAUSE("1928-7", SENSE, "an answer that is too large is not cut",
       "With its header an answer of 65,507 octets is larger than a datagram can be. It is dropped, never cut.") {
    association a;
    udp_port target("target");
    auto const seen = a.expect_echo(target);
    target.send(seen, random_octets(65'507, 11));
    suspect("The server cuts what does not fit. Half a datagram is worse than none.");
    if (auto const came = a.near.receive_within(a_moment); came && came->data.size() < 65'507)
        fail("no datagram", std::to_string(came->data.size()) + " octets");
    suspect("The answer that was too large has ended the association.");
    a.expect_echo(target);
}

CLAUSE("1928-7", SENSE, "fifty datagrams in a row",
       "On a loopback, where nothing gets lost, none does in the server.") {
    association a;
    udp_port target("target");
    for (unsigned i = 0; i < 50; ++i) a.send(target.where(), random_octets(500, i));
    for (unsigned i = 0; i < 50; ++i) target.expect_same(random_octets(500, i), target.receive().data);
}

}  // namespace spec

TEST_SUITE_END();
