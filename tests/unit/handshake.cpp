/// Greeting and login, and what a session does with bad ones.
#include "session_fixture.hpp"

#include <doctest/doctest.h>

using namespace fakes;

namespace {

octets login(std::string_view name, std::string_view password) {
    return octets{0x01, octet(name.size())} + text(name) + octets{octet(password.size())} + text(password);
}

octets const hello_with_login{0x05, 0x02, 0x00, 0x02};
octets const ask = request(1, target_address);

}  // namespace

TEST_SUITE_BEGIN("handshake");

TEST_CASE_FIXTURE(session_fixture, "without users no login, whatever else and in what order the client offers") {
    for (octets const& offer : {octets{0x05, 0x01, 0x00}, octets{0x05, 0x03, 0x02, 0x01, 0x00}}) {
        another_client();
        serve(offer + ask);
        CHECK(client->sent.at(0) == octets{0x05, 0x00});
        CHECK(rep() == 0x00);
    }
}

TEST_CASE_FIXTURE(session_fixture,
                  "no acceptable method: 05 FF, then the end of sending, and the client's rest is read") {
    for (octets const& offer : {octets{0x05, 0x00}, octets{0x05, 0x02, 0x01, 0x02}, octets{0x05, 0x01, 0xff}}) {
        another_client();
        serve(offer + text("more"));
        CHECK(client->all_sent() == octets{0x05, 0xff});
        CHECK(client->sent_end);
        CHECK(client->incoming.empty());
        CHECK(record.end == "no acceptable methods");
    }
}

TEST_CASE_FIXTURE(session_fixture, "with users, only username/password will do") {
    settings.users.add("alice", "secret");
    serve(hello + ask);
    CHECK(client->all_sent() == octets{0x05, 0xff});
}

TEST_CASE_FIXTURE(session_fixture, "the right password opens, at once") {
    settings.users.add("alice", "secret");
    settings.users.add("bob", "hunter2");
    serve(hello_with_login + login("bob", "hunter2") + ask);
    CHECK(client->sent.at(0) == octets{0x05, 0x02});
    CHECK(client->sent.at(1) == octets{0x01, 0x00});
    CHECK(client->sent.at(2) == reply(0, our_address));
    CHECK(record.user == "bob");
    CHECK(std::ranges::count(world.events, "pause 300") == 0);
}

TEST_CASE_FIXTURE(session_fixture, "a wrong login is answered late with a failure, and closed") {
    settings.users.add("alice", "secret");
    settings.users.add("zero", std::string("a\0b", 3));
    std::string const longest(255, 'x');
    for (auto const& [name, password] : {std::pair<std::string, std::string>{"alice", "Secret"},
                                         {"alice", "secre"},
                                         {"alice", "secrets"},
                                         {"alice", "secretsecret"},
                                         {"Alice", "secret"},
                                         {"bob", "secret"},
                                         {"", "secret"},
                                         {"alice", ""},
                                         {"zero", "a"},
                                         {"zero", std::string("a\0c", 3)},
                                         {longest, longest}}) {
        another_client();
        world.events.clear();
        serve(hello_with_login + login(name, password) + ask);
        CHECK(client->all_sent() == octets{0x05, 0x02, 0x01, 0x01});
        CHECK(client->sent_end);
        CHECK(world.events == std::vector<std::string>{"pause 300"});
        CHECK(record.end == "login failed");
    }
}

TEST_CASE_FIXTURE(session_fixture, "another version of the sub-negotiation is a failed login") {
    settings.users.add("alice", "secret");
    serve(hello_with_login + octets{0x05, 0x05} + text("alice"));
    CHECK(client->all_sent() == octets{0x05, 0x02, 0x01, 0x01});
}

TEST_CASE_FIXTURE(session_fixture, "another version of SOCKS is closed without an answer, and the log says what came") {
    serve(text("GET / HTTP/1.1\r\n"));
    CHECK(client->sent.empty());
    CHECK(record.end == "greeting: version 0x47, expected 0x05; an HTTP client?");
    CHECK(traced ==
          "#1 client -> proxy  greeting\n#1     47 45  ?         version 0x47, expected 0x05; an HTTP client?\n");
}

TEST_CASE_FIXTURE(session_fixture, "another version in the request is closed without an answer") {
    serve(hello + octets{0x04, 0x01, 0x00, 0x01});
    CHECK(client->all_sent() == octets{0x05, 0x00});
    CHECK(record.end == "request: version 0x04, expected 0x05");
}

TEST_CASE_FIXTURE(session_fixture, "a client may leave at every octet") {
    settings.users.add("alice", "secret");
    auto const all = hello_with_login + login("alice", "secret") + ask;
    for (std::size_t length = 0; length < all.size(); ++length) {
        another_client();
        serve({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(length)});
        auto const broke_off = length < 4 ? "greeting" : length < 18 ? "login" : "request";
        CHECK(record.end == broke_off + std::string(": broke off"));
    }
}

TEST_CASE_FIXTURE(session_fixture, "a client that falls silent is ended by the time limit") {
    client->stays = true;
    serve({0x05, 0x01});
    CHECK(client->ended);
    CHECK(record.end == "greeting: broke off (time limit)");
}

TEST_CASE_FIXTURE(session_fixture, "a client that is not allowed gets no answer") {
    settings.rules.allowed_clients.push_back({socks5::ipv4{{10}}, 8});
    serve(hello + ask);
    CHECK(client->sent.empty());
    CHECK(record.end == "client not allowed");
}

TEST_CASE_FIXTURE(session_fixture, "each message goes out with one send") {
    serve(hello + ask);
    REQUIRE(client->sent.size() >= 2);
    CHECK(client->sent[0].size() == 2);
    CHECK(client->sent[1].size() == 10);
}

TEST_SUITE_END();
