/// The data: what goes in comes out, in both directions, for as long as both sides want.
#include "socks5spec/clause.hpp"

namespace spec {

TEST_SUITE_BEGIN("08 two pumps");

namespace {

constexpr auto not_passed_on = "The server reads an end, and does not pass it on: shutdown(SHUT_WR) on the other side.";
constexpr auto closes_both =
    "The server closes both connections at the first end that it reads. Pass the end on (shutdown(SHUT_WR) on the "
    "other side), and go on with the other direction.";

}  // namespace

CLAUSE("1928-6", MUST, "data pass in both directions", "After REP 00 the client may start passing data.") {
    suspect(
        "The server passes nothing on, or only when its buffer is full or the sender ends. Pass on at once what each "
        "recv() returns: no MSG_WAITALL, no loop until the buffer is full.");
    open_tunnel().expect_echo();
}

CLAUSE("1928-6", MUST, "data pass in both directions by IPv6", "After REP 00 the client may start passing data.") {
    suspect("Data pass by IPv4. Is a size or a type of the IPv6 address mixed up?");
    open_tunnel(v6_loopback).expect_echo();
}

CLAUSE("1928-6", MUST, "the target speaks first",
       "After REP 00 data pass as they come; who begins is the business of the two. In SSH, SMTP and FTP it is the "
       "target.") {
    suspect("Two directions need two threads, or an event loop: to wait for the client first is to wait for ever.");
    auto [near, far] = open_tunnel();
    far.write(text("220 ready"));
    near.expect_data(text("220 ready"));
}

CLAUSE("9293-2.2", MUST, "every octet arrives, both ways at once",
       "Whatever is sent arrives: unchanged, complete, in order, 8 MiB in each direction at the same time.") {
    suspect(
        "Does send() take fewer octets than it was given? Then the rest must be sent as well. Is anything shared "
        "between the two directions, a buffer for example?");
    auto [near, far] = open_tunnel();
    exchange(near, random_octets(8 << 20, 1), far, random_octets(8 << 20, 2));
}

CLAUSE("9293-2.2", MUST, "the last octets arrive",
       "What was sent before the end arrives before the end, however much it is.") {
    suspect("The server closes when it reads the end, and loses what it has not yet written.");
    auto [near, far] = open_tunnel();
    auto const all = random_octets(1 << 20, 3);
    exchange(far, all, near, {});
    far.write(random_octets(100'000, 4));
    far.close();
    near.expect_data(random_octets(100'000, 4));
    suspect(not_passed_on);
    near.expect_end(given().timeout, true);
}

CLAUSE("9293-3.6", SENSE, "the client ends, and reads on",
       "The end of one direction (FIN) does not end the other one: who has sent everything may still receive.") {
    auto [near, far] = open_tunnel();
    near.write(text("question"));
    near.end();
    far.expect_data(text("question"));
    suspect(not_passed_on);
    far.expect_end(given().timeout, true);
    suspect(closes_both);
    far.write(text("answer"));
    near.expect_data(text("answer"));
    far.end();
    near.expect_end(given().timeout, true);
}

CLAUSE("9293-3.6", SENSE, "the target ends, and reads on",
       "The end of one direction (FIN) does not end the other one: who has sent everything may still receive.") {
    auto [near, far] = open_tunnel();
    far.end();
    suspect(not_passed_on);
    near.expect_end(given().timeout, true);
    suspect(closes_both);
    near.write(text("more"));
    far.expect_data(text("more"));
    near.end();
    far.expect_end(given().timeout, true);
}

CLAUSE("9293-3.6", SENSE, "a client that leaves ends the connection to the target",
       "When the client has closed, the target sees an end, at the latest when it sends something.") {
    suspect("The connection to the target stays open when the client has gone: a leak of sockets, and of threads.");
    auto [near, far] = open_tunnel();
    near.close();
    far.expect_end(given().timeout);
}

CLAUSE("1928-6", SENSE, "small pieces pass at once",
       "A question and its answer, a hundred times: nothing waits for more octets to come.") {
    suspect(
        "The server waits until a buffer is full, or small segments wait for an acknowledgement (set TCP_NODELAY).");
    auto tunnel = open_tunnel();
    auto const began = clock::now();
    auto const opened = current().story;
    for (int i = 0; i < 100; ++i) {
        current().story = opened;
        tunnel.expect_echo();
    }
    auto const took = std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - began);
    if (took > 2s) fail("100 round trips within 2 s", std::to_string(took.count()) + " ms");
}

CLAUSE(
    "9293-3.8", SENSE, "a reader that stops holds back its sender, and nobody else",
    "TCP's flow control works through the server: it reads no more than it can pass on, and keeps no heap of data in "
    "memory. Other clients notice nothing.") {
    constexpr std::size_t most = 64 << 20;
    auto const some = random_octets(1 << 20, 5);
    auto [near, far] = open_tunnel();
    std::size_t sent = 0;
    suspect("The server reads on although the other side takes nothing, and keeps it all in memory, or loses it.");
    do {
        while (auto const n = near.write_some(std::span(some).subspan(sent % some.size()))) sent += n;
        if (sent > most) fail("that the client is held back", std::to_string(sent) + " octets were taken");
    } while (waiting().writable(near.socket()).until(clock::now() + 500ms));
    tell("client: is held back after " + std::to_string(sent) + " octets");
    suspect("While one client is held back, the server does nothing for the others.");
    open_tunnel().expect_echo();
    suspect("After the reader had stopped for a while, data are missing.");
    for (std::size_t got = 0; got < sent;) {
        auto const n = std::min(some.size() - got % some.size(), sent - got);
        auto const at = got % some.size();
        far.expect_part(some, at, far.read(n, "data"), got - at);
        got += n;
    }
}

}  // namespace spec

TEST_SUITE_END();
