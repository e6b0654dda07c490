/// UDP ASSOCIATE: datagrams, each with a header that says where to.
#include "socks5spec/association.hpp"
#include "socks5spec/clause.hpp"

namespace spec {

TEST_SUITE_BEGIN("11 UDP ASSOCIATE");

namespace {

void expect_echo_of(std::size_t size, unsigned seed) {
    suspect("The server's buffer is too small: the datagram is cut, or dropped. 65,535 octets are always enough.");
    association a;
    udp_port target("target");
    a.expect_echo(target, random_octets(size, seed));
}

}  // namespace

CLAUSE("1928-7", MUST, "a datagram to an IPv4 target, and back",
       "DATA goes to DST; the answer comes with a header that says who has sent it.") {
    suspect(
        "The datagram comes to the port of the reply, from the port that the client has named in its request. Cut off "
        "the header, and send the rest to the address and port in it, high octet first.");
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

CLAUSE("1928-7", SENSE, "a large datagram", "9,000 octets pass both ways, unchanged.") { expect_echo_of(9'000, 9); }

CLAUSE("1928-7", SENSE, "the largest datagram",
       "65,497 octets and ten of header are all that UDP over IPv4 can carry.") {
    expect_echo_of(65'497, 10);
}

CLAUSE("1928-7", SENSE, "an answer that is too large is not cut",
       "With its header an answer of 65,507 octets is larger than a datagram can be. It is dropped, never cut.") {
    association a;
    udp_port target("target");
    auto const seen = a.expect_echo(target);
    target.send(seen, random_octets(65'507, 11));
    suspect("The server cuts what does not fit. Half a datagram is worse than none.");
    if (auto const came = a.near.receive_within(a_moment); came && came->data.size() < 65'507)
        fail("no datagram", count_of_octets(came->data.size()));
    suspect("The answer that was too large has ended the association.");
    a.expect_echo(target);
}

CLAUSE("1928-7", SENSE, "fifty datagrams in a row",
       "On a loopback, where nothing gets lost, none does in the server.") {
    association a;
    udp_port target("target");
    suspect("Between two datagrams the server takes its time, and the queue of its socket overflows.");
    for (unsigned i = 0; i < 50; ++i) a.send(target.where(), random_octets(500, i));
    for (unsigned i = 0; i < 50; ++i) target.expect_same(random_octets(500, i), target.receive().data);
}

}  // namespace spec

TEST_SUITE_END();
