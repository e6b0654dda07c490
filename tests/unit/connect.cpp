/// CONNECT and what it refuses, over the fake network.
#include "session_fixture.hpp"

#include <doctest/doctest.h>

using namespace fakes;

namespace {

address const first{socks5::ipv4{{192, 0, 2, 11}}, 80};
address const second{socks5::ipv4{{192, 0, 2, 12}}, 80};

}  // namespace

TEST_SUITE_BEGIN("CONNECT");

TEST_CASE_FIXTURE(session_fixture, "reply with the local end of the connection, then the data both ways") {
    serve(hello + request(1, target_address) + text("question"));
    CHECK(replies() == reply(0, our_address) + text("answer"));
    CHECK(target->all_sent() == text("question"));
    CHECK(target->sent_end);
    CHECK(client->sent_end);
    CHECK(record.up == 8);
    CHECK(record.down == 6);
    CHECK(record.end == "done");
    CHECK_FALSE(client->reset);
}

TEST_CASE_FIXTURE(session_fixture, "the reply comes after the outcome") {
    serve(hello + request(1, first));
    CHECK(world.events == std::vector<std::string>{"connect 192.0.2.11:80"});
    CHECK(client->all_sent() == octets{0x05, 0x00} + reply(5));
    CHECK(record.end == "REP 05, Connection refused");
}

TEST_CASE_FIXTURE(session_fixture, "the addresses of a name are tried in turn until one takes the connection") {
    world.names["both"] = {first, target_address, second};
    serve(hello + request(1, named("both")));
    CHECK(rep() == 0x00);
    CHECK(world.events[1] == "connect 192.0.2.11:80");
    CHECK(world.events[2] == "connect 192.0.2.1:80");
}

TEST_CASE_FIXTURE(session_fixture, "the REP is that of the last address") {
    world.names["none"] = {first, second};
    world.failures[second] = socks5::rep::network_unreachable;
    serve(hello + request(1, named("none")));
    CHECK(rep() == 0x03);
}

TEST_CASE_FIXTURE(session_fixture, "every REP reaches the client") {
    for (int rep : {1, 2, 3, 4, 5, 6}) {
        another_client();
        world.failures[first] = socks5::rep(rep);
        serve(hello + request(1, first));
        CHECK(replies() == reply(rep));
    }
}

TEST_CASE_FIXTURE(session_fixture, "a name without an address: REP 04") {
    world.names["empty"] = {};
    for (auto const* name : {"unknown", "empty"}) {
        another_client();
        serve(hello + request(1, named(name)));
        CHECK(replies() == reply(4));
    }
}

TEST_CASE_FIXTURE(session_fixture, "what cannot be a name is not looked up: REP 04") {
    for (auto const& name : {std::string(), std::string(254, 'a'), std::string(255, 'a'), std::string("a\0b", 3),
                             std::string("a b"), std::string("a\nb"), std::string("a\x7f"), std::string("\xc3\xa4")}) {
        another_client();
        serve(hello + request(1, named(name)));
        CHECK(replies() == reply(4));
    }
    CHECK(world.events.empty());
}

TEST_CASE_FIXTURE(session_fixture, "a name of 253 octets is looked up") {
    std::string const name(253, 'a');
    world.names[name] = {target_address};
    serve(hello + request(1, named(name)));
    CHECK(rep() == 0x00);
}

TEST_CASE_FIXTURE(session_fixture, "unknown command: the whole request is read, then REP 07") {
    serve(hello + request(0x7f, target_address) + text("rest"));
    CHECK(replies() == reply(7));
    CHECK(client->sent_end);
    CHECK(client->incoming.empty());
}

TEST_CASE_FIXTURE(session_fixture, "unknown address type: REP 08, also when the command is unknown too") {
    for (octet const cmd : octets{0x01, 0x7f}) {
        another_client();
        serve(hello + octets{0x05, cmd, 0x00, 0x09, 1, 2, 3});
        CHECK(replies() == reply(8));
    }
}

TEST_CASE_FIXTURE(session_fixture, "denied targets: REP 02, for a name before it is looked up and after") {
    settings.rules.denied_targets.push_back({"secret.example"});
    settings.rules.denied_targets.push_back({session::cidr{socks5::ipv4{{192, 0, 2, 0}}, 28}});
    world.names["other.example"] = {first};
    for (auto const* name : {"secret.example", "SECRET.example.", "other.example"}) {
        another_client();
        serve(hello + request(1, named(name)));
        CHECK(replies() == reply(2));
    }
    CHECK(world.events == std::vector<std::string>{"resolve other.example"});
}

TEST_CASE_FIXTURE(session_fixture, "a client of another machine does not reach ours, by no name") {
    client->peer = {socks5::ipv4{{203, 0, 113, 5}}, 40000};
    client->local = {socks5::ipv4{{198, 51, 100, 7}}, 10800};
    address const loopback{socks5::ipv4{{127, 0, 0, 1}}, 80};
    world.targets[loopback] = target;
    world.names["rebound"] = {loopback};
    serve(hello + request(1, named("rebound")));
    CHECK(replies() == reply(2));

    client->sent.clear();
    settings.rules.allow_local_targets = true;
    serve(hello + request(1, named("rebound")));
    CHECK(rep() == 0x00);
}

TEST_CASE_FIXTURE(session_fixture, "nor by way of the proxy itself, which then has our own address") {
    client->peer = {socks5::ipv4{{198, 51, 100, 7}}, 40000};
    client->local = {socks5::ipv4{{198, 51, 100, 7}}, 10800};
    world.targets[{socks5::ipv4{{127, 0, 0, 1}}, 80}] = target;
    serve(hello + request(1, {socks5::ipv4{{127, 0, 0, 1}}, 80}));
    CHECK(replies() == reply(2));
}

TEST_SUITE_END();
