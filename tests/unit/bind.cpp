/// BIND, over the fake network.
#include "session_fixture.hpp"

#include <doctest/doctest.h>

using namespace fakes;

namespace {

address const peer{target_address.host, 20};
address const stranger{socks5::ipv4{{192, 0, 2, 66}}, 20};
address const anybody{socks5::ipv4{}, 0};

std::shared_ptr<wire> caller(address const& from) {
    return std::make_shared<wire>(wire{.local = our_address, .peer = from, .incoming = text("data")});
}

}  // namespace

TEST_SUITE_BEGIN("BIND");

TEST_CASE_FIXTURE(session_fixture, "two replies: where we wait, and who came - then the data") {
    world.callers = {caller(peer)};
    serve(hello + request(2, target_address) + text("early"));
    CHECK(replies() == reply(0, {our_address.host, 2000}) + reply(0, peer) + text("data"));
    CHECK(record.end == "done");
    CHECK(record.up == 5);
}

TEST_CASE_FIXTURE(session_fixture, "strangers are passed over, and the wait goes on") {
    auto const unwelcome = caller(stranger);
    auto const welcome = caller(peer);
    world.callers = {unwelcome, unwelcome, welcome};
    serve(hello + request(2, target_address) + text("x"));
    CHECK(client->sent.at(2) == reply(0, peer));
    CHECK(unwelcome->sent.empty());
    CHECK(welcome->all_sent() == text("x"));
}

TEST_CASE_FIXTURE(session_fixture, "a destination of zeros: anybody may come, to the address the client knows") {
    for (auto const& zeros : {anybody, address{socks5::ipv6{}, 0}}) {
        another_client();
        world.callers = {caller(stranger)};
        serve(hello + request(2, zeros));
        CHECK(client->sent.at(1) == reply(0, {proxy_address.host, 2000}));
        CHECK(client->sent.at(2) == reply(0, stranger));
    }
}

TEST_CASE_FIXTURE(session_fixture, "any address of a name may come") {
    world.names["ftp"] = {target_address, {stranger.host, 21}};
    world.callers = {caller(stranger)};
    serve(hello + request(2, named("ftp")));
    CHECK(client->sent.at(2) == reply(0, stranger));
}

TEST_CASE_FIXTURE(session_fixture, "nobody comes in time: the second reply is REP 04") {
    client->stays = true;
    serve(hello + request(2, target_address));
    CHECK(rep(0) == 0x00);
    CHECK(client->sent.at(2) == reply(4));
    CHECK(record.end == "REP 04, Host unreachable: nobody came in time");
}

TEST_CASE_FIXTURE(session_fixture, "the client leaves meanwhile") {
    serve(hello + request(2, target_address));
    CHECK(client->sent.size() == 2);
    CHECK(record.end == "the client left while it waited for its peer");
}

TEST_CASE_FIXTURE(session_fixture, "denied: REP 02, and whom the rules deny is a stranger") {
    settings.rules.denied_targets.push_back({session::cidr{stranger.host, 32}});
    serve(hello + request(2, stranger));
    CHECK(replies() == reply(2));

    another_client();
    client->stays = true;
    world.callers = {caller(stranger)};
    serve(hello + request(2, anybody));
    CHECK(rep(1) == 0x04);
}

TEST_CASE_FIXTURE(session_fixture, "a name for denied addresses is denied - one for others, too, stands for those") {
    settings.rules.denied_targets.push_back({session::cidr{stranger.host, 32}});
    world.names["denied"] = {stranger};
    serve(hello + request(2, named("denied")));
    CHECK(replies() == reply(2));

    another_client();
    world.names["both"] = {stranger, target_address};
    world.callers = {caller(stranger), caller(peer)};
    serve(hello + request(2, named("both")));
    CHECK(client->sent.at(2) == reply(0, peer));
}

TEST_CASE_FIXTURE(session_fixture, "turned off: REP 07") {
    settings.offer_bind = false;
    serve(hello + request(2, target_address));
    CHECK(replies() == reply(7));
}

TEST_SUITE_END();
