/// When things go wrong: resets, clients and targets that vanish, garbage.
#include "socks5spec/clause.hpp"

namespace spec {

TEST_SUITE_BEGIN("09 when things go wrong");

namespace {

/// Sends so much, or until the server takes nothing for a while, because its target reads nothing.
void send_much(connection& sender, octets const& some, std::size_t most, std::chrono::milliseconds patience) {
    std::size_t sent = 0;
    do {
        for (std::size_t n = 1; n > 0 && sent < most; sent += n) n = sender.write_some(some);
    } while (sent < most && waiting().writable(sender.socket()).until(clock::now() + patience));
    tell("client: sends " + count_of_octets(sent) + ", most of which nobody reads");
}

void expect_still_serving(char const* cause) {
    waiting().until(clock::now() + a_moment);  // a server that crashes may take its time
    suspect(cause);
    open_tunnel().expect_echo();
}

}  // namespace

CLAUSE("9293-3.5", SENSE, "a reset of the target reaches the client",
       "A reset (RST) says that data were lost. It must not look like an orderly end to the other side.") {
    suspect(
        "The server passes a reset on as an end (FIN), or not at all: the client takes half a file for a whole one. "
        "Close with SO_LINGER on and a time of 0.");
    auto [near, far] = open_tunnel();
    far.reset();
    near.expect_reset();
}

CLAUSE("9293-3.5", SENSE, "a reset of the client reaches the target",
       "A reset (RST) says that data were lost. It must not look like an orderly end to the other side.") {
    suspect(
        "The server passes a reset on as an end (FIN), or not at all: the target takes half a file for a whole one. "
        "Close with SO_LINGER on and a time of 0.");
    auto [near, far] = open_tunnel();
    near.reset();
    far.expect_reset();
}

CLAUSE(
    "9293-3.5", SENSE, "a reset of the target reaches a client that is sending",
    "A reset (RST) says that data were lost, whoever of the two has data under way. It must not look like an orderly "
    "end.") {
    suspect(
        "If a reset of the target reaches a client that is silent: the system reports a reset once. When the pump that "
        "writes to the target was told, the other one reads a mere end there, and must not pass it on. After a reset "
        "the connection is gone: getpeername() fails (ENOTCONN).");
    auto const some = random_octets(1 << 19, 7);
    // Which pump is told is a matter of chance, and of what the server is doing: now it writes, now it waits.
    for (std::size_t i = 1, last = 200; i <= last; ++i) {
        current().story.clear();
        tell("client " + std::to_string(i) + " of " + std::to_string(last));
        auto [near, far] = open_tunnel();
        i % 5 == 0 ? send_much(near, some, 32 << 20, 10ms) : send_much(near, some, (i % 6 + 1) << 19, 1ms);
        far.reset();
        near.expect_reset();
    }
}

CLAUSE("9293-3.5", SENSE, "a reset in the middle of data ends both sides", "A torn connection is not kept open.") {
    suspect("The server notices the reset of one side, and leaves the other one open.");
    auto [near, far] = open_tunnel();
    auto const some = random_octets(1 << 20, 6);
    near.write_some(some);
    far.reset();
    for (auto const limit = in_time();;) {
        near.write_some(std::span(some).first(1000));
        auto const came = near.read_some(65536, clock::now() + 10ms);
        if (came.what == arrival::end || came.what == arrival::reset) return;
        if (clock::now() > limit) fail("the end of the client's connection", "it is still open");
    }
}

CLAUSE("1928-4", SENSE, "clients that vanish after each octet",
       "A client may vanish at any moment. The server goes on to serve the others.") {
    auto whole = octets{};
    for (auto const& m : opening()) whole = whole + m.whole();
    whole = whole + request(connect, refusing()).whole();
    for (std::size_t n = 0; n <= whole.size(); ++n) {
        for (bool const by_reset : {false, true}) {
            client c;
            if (n > 0) c.send(payload({whole.begin(), whole.begin() + std::ptrdiff_t(n)}));
            by_reset ? c.reset() : c.close();
        }
    }
    current().story.clear();
    tell("clients have vanished after each octet of their handshake");
    expect_still_serving("The end of one client has ended the server, or left it waiting.");
}

CLAUSE("1928-4", SENSE, "clients that send garbage",
       "What is not SOCKS is closed or ignored. The server goes on to serve the others.") {
    for (unsigned seed = 0; seed < 100; ++seed) {
        client c;
        auto garbage = random_octets(200, seed);
        if (seed % 2 == 0) garbage.front() = 5;
        if (seed % 4 == 0) garbage = greeting({usual_method()}).whole() + garbage;
        c.send(payload(garbage));
        current().story.clear();
        tell("client -> server  garbage, from up to 100 clients one after the other");
    }
    expect_still_serving("Garbage from one client has ended the server, or left it waiting.");
}

CLAUSE("1928-6", SENSE, "a target that is gone at once",
       "A target may accept and leave before the client knows. That ends this client, and no other.") {
    origin target;
    client c;
    c.greet();
    c.send(request(connect, target.where()));
    stands_on(plain::connect);
    target.accept().reset();
    c.receive_reply();
    stands_on(plain::reply);
    suspect("The server does not close the client's connection when the target has reset its own.");
    c.expect_end(given().timeout);
    expect_still_serving("The end of one target has ended the server, or left it waiting.");
}

}  // namespace spec

TEST_SUITE_END();
