/// UDP ASSOCIATE, over the fake network.
#include "session_fixture.hpp"

#include <doctest/doctest.h>

using namespace fakes;

namespace {

address const unknown_port{socks5::ipv4{}, 0};
address const sender{client_address.host, 50000};
address const dns{socks5::ipv4{{192, 0, 2, 53}}, 53};
address const dns_v6{socks5::ipv6{{0x20, 0x01}}, 53};

octets datagram(address const& dst, octets const& data, octet frag = 0) {
    return socks5::octets_of(socks5::udp_header{{}, frag, dst}) + data;
}

}  // namespace

TEST_SUITE_BEGIN("UDP ASSOCIATE");

TEST_CASE_FIXTURE(session_fixture,
                  "the reply says where to send - headers come off on the way out, and on on the way back") {
    world.from_client = {{datagram(dns, text("question")), sender}};
    world.from_targets = {{text("answer"), dns}};
    serve(hello + request(3, unknown_port));
    CHECK(replies() == reply(0, {proxy_address.host, 3000}));
    REQUIRE(world.to_targets.size() == 1);
    CHECK(world.to_targets[0].data == text("question"));
    CHECK(world.to_targets[0].other == dns);
    REQUIRE(world.to_client.size() == 1);
    CHECK(world.to_client[0].data == octets{0, 0, 0, 1, 192, 0, 2, 53, 0, 53} + text("answer"));
    CHECK(world.to_client[0].other == sender);
    CHECK(record.up == 8);
    CHECK(record.down == 6);
    CHECK(record.end == "done");
}

TEST_CASE_FIXTURE(session_fixture, "only the client may send: its host, and the port that was first") {
    address const elsewhere{socks5::ipv4{{192, 0, 2, 99}}, 50000};
    address const other_port{client_address.host, 50001};
    auto const packet = datagram(dns, text("x"));
    world.from_client = {{packet, elsewhere}, {packet, sender}, {packet, other_port}, {packet, sender}};
    serve(hello + request(3, unknown_port));
    CHECK(world.to_targets.size() == 2);
}

TEST_CASE_FIXTURE(session_fixture, "the port of the request counts, its address does not") {
    address const other_port{client_address.host, 50001};
    auto const packet = datagram(dns, text("x"));
    world.from_client = {{packet, other_port}, {packet, sender}};
    serve(hello + request(3, {socks5::ipv4{{10, 1, 2, 3}}, sender.port}));
    CHECK(world.to_targets.size() == 1);
}

TEST_CASE_FIXTURE(session_fixture, "only who was sent to may answer: host and port") {
    world.from_client = {{datagram(dns, text("x")), sender}};
    world.from_targets = {{text("a"), {dns.host, 54}}, {text("b"), target_address}, {text("c"), dns}};
    serve(hello + request(3, unknown_port));
    CHECK(world.to_client.size() == 1);
}

TEST_CASE_FIXTURE(session_fixture,
                  "fragments, half headers, unknown types and nonsense are dropped, the rest goes on") {
    world.from_client = {{datagram(dns, text("x"), 1), sender},
                         {datagram(dns, text("x"), 0x80), sender},
                         {{0, 0, 0}, sender},
                         {{}, sender},
                         {{0, 0, 0, 9, 1, 2, 3, 4, 0, 53}, sender},
                         {datagram(named("not a name"), text("x")), sender},
                         {datagram(dns, text("good")), sender}};
    serve(hello + request(3, unknown_port));
    REQUIRE(world.to_targets.size() == 1);
    CHECK(world.to_targets[0].data == text("good"));
    CHECK(traced.find("FRAG      a fragment") != std::string::npos);
}

TEST_CASE_FIXTURE(session_fixture,
                  "a name is looked up once - among its addresses IPv4 goes first - failures are remembered") {
    world.names["dns"] = {dns_v6, dns};
    world.names["dns6"] = {dns_v6};
    for (auto const* name : {"dns", "dns", "dns6", "unknown", "unknown"})
        world.from_client.push_back({datagram(named(name, 53), text(name)), sender});
    serve(hello + request(3, unknown_port));
    CHECK(std::ranges::count(world.events, "resolve dns") == 1);
    CHECK(std::ranges::count(world.events, "resolve unknown") == 1);
    REQUIRE(world.to_targets.size() == 3);
    CHECK(world.to_targets[0].other == dns);
    CHECK(world.to_targets[1].other == dns);
    CHECK(world.to_targets[2].other == dns_v6);
}

TEST_CASE_FIXTURE(session_fixture, "an IPv4-mapped target may answer from its IPv4 address") {
    socks5::ipv6 const mapped{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 53}};
    world.from_client = {{datagram({mapped, 53}, text("x")), sender}};
    world.from_targets = {{text("a"), dns}};
    serve(hello + request(3, unknown_port));
    CHECK(world.to_client.size() == 1);
}

TEST_CASE_FIXTURE(session_fixture, "the rules hold for datagrams, too") {
    settings.rules.denied_targets.push_back({session::cidr{dns.host, 32}});
    world.names["dns"] = {dns};
    world.from_client = {{datagram(dns, text("x")), sender}, {datagram(named("dns", 53), text("x")), sender}};
    serve(hello + request(3, unknown_port));
    CHECK(world.to_targets.empty());
}

TEST_CASE_FIXTURE(session_fixture,
                  "a rule for a port holds on that port alone, whichever port a name came with first") {
    settings.rules.denied_targets.push_back({session::cidr{dns.host, 32}, 53, 53});
    world.names["allowed-first"] = world.names["denied-first"] = {dns};
    for (auto const& dst :
         {named("allowed-first", 80), named("allowed-first", 53), named("denied-first", 53), named("denied-first", 80)})
        world.from_client.push_back({datagram(dst, text("x")), sender});
    serve(hello + request(3, unknown_port));
    REQUIRE(world.to_targets.size() == 2);
    for (auto const& packet : world.to_targets) CHECK(packet.other == address{dns.host, 80});
}

TEST_CASE_FIXTURE(session_fixture, "advertise, and turn off") {
    settings.udp_advertise = socks5::ipv4{{203, 0, 113, 1}};
    serve(hello + request(3, unknown_port));
    CHECK(replies() == reply(0, {socks5::ipv4{{203, 0, 113, 1}}, 3000}));

    client->sent.clear();
    settings.offer_udp = false;
    serve(hello + request(3, unknown_port));
    CHECK(replies() == reply(7));
}

TEST_CASE("an association remembers so many targets, and forgets the oldest") {
    session::association who(client_address.host, 0);
    for (std::uint16_t port = 1; port <= 4097; ++port) who.contact({dns.host, port});
    CHECK_FALSE(who.may_answer({dns.host, 1}));
    CHECK(who.may_answer({dns.host, 2}));
    CHECK(who.may_answer({dns.host, 4097}));
}

TEST_SUITE_END();
