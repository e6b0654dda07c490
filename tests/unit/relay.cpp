/// The two pumps, over the fake network.
#include "session_fixture.hpp"

#include <doctest/doctest.h>

using namespace fakes;

TEST_SUITE_BEGIN("relay");

namespace {

octets big() {
    octets octets;
    for (std::size_t i = 0; i < 1'000'000; ++i) octets.push_back(octet(i * 31 >> 3));
    return octets;
}

}  // namespace

TEST_CASE_FIXTURE(session_fixture, "more than a buffer goes through unchanged") {
    target->incoming = big();
    serve(hello + request(1, target_address) + big());
    CHECK(target->all_sent() == big());
    CHECK(replies() == reply(0, our_address) + big());
    CHECK(record.up == big().size());
    CHECK(record.down == big().size());
    CHECK(world.pipes < 999);  // two at the least: one for each direction
}

TEST_CASE_FIXTURE(session_fixture, "the same when there are no pipes") {
    world.pipes = 0;
    target->incoming = big();
    serve(hello + request(1, target_address) + big());
    CHECK(target->all_sent() == big());
    CHECK(replies() == reply(0, our_address) + big());
}

TEST_CASE_FIXTURE(session_fixture, "who only chats gets no pipe") {
    target->incoming = octets(session::bulk * 2);
    serve(hello + request(1, target_address) + text("question"));
    CHECK(replies() == reply(0, our_address) + octets(session::bulk * 2));
    CHECK(world.pipes == 1000);
}

TEST_CASE_FIXTURE(session_fixture, "an error of the client resets the target, and sends it no end") {
    client->failure = "connection reset by peer";
    serve(hello + request(1, target_address));
    CHECK(target->reset);
    CHECK_FALSE(target->sent_end);
    CHECK(record.end == "connection reset by peer");
}

TEST_CASE_FIXTURE(session_fixture, "an error of the target resets the client, and sends it no end") {
    target->failure = "connection reset by peer";
    client->stays = true;
    settings.idle = std::chrono::seconds(1);
    serve(hello + request(1, target_address));
    CHECK(client->reset);
    CHECK_FALSE(client->sent_end);
}

TEST_CASE_FIXTURE(session_fixture, "what looks like an end is none when the connection is gone") {
    target->connected = false;  // the other pump was told of the reset
    client->failure = "connection reset by peer";
    client->incoming = {};
    serve(hello + request(1, target_address));
    CHECK(client->reset);
    CHECK_FALSE(client->sent_end);
}

TEST_CASE_FIXTURE(session_fixture, "an end passed on stays an end, also when the connection is gone after it") {
    target->connected = false;  // it has sent its end after ours, so all is said
    serve(hello + request(1, target_address));
    CHECK(client->sent_end);
    CHECK_FALSE(client->reset);
}

TEST_CASE_FIXTURE(session_fixture, "idle: both are reset") {
    settings.idle = std::chrono::seconds(1);
    client->stays = target->stays = true;
    serve(hello + request(1, target_address));
    CHECK(client->reset);
    CHECK(target->reset);
    CHECK_FALSE(client->sent_end);
    CHECK(record.end == "idle");
    CHECK(std::ranges::count(world.events, "postpone") == 1);  // by the answer that went down
}

TEST_CASE_FIXTURE(session_fixture, "a target that takes nothing: the client is reset, the rest of the answer lost") {
    target->deaf = true;
    target->failure = "broken pipe";
    serve(hello + request(1, target_address) + text("question"));
    CHECK(record.end == "broken pipe");
    CHECK(client->reset);
}

TEST_SUITE_END();
