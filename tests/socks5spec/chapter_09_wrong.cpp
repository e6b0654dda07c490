/// When things go wrong: resets, clients that vanish, garbage, silence.
#include "socks5spec/clause.hpp"

namespace spec {

TEST_SUITE_BEGIN("09 when things go wrong");

namespace {

constexpr auto eaten =
    "The server closes while octets from the client are still unread. Then the system sends a reset, which may "
    "overtake the answer. Send the answer, shutdown(SHUT_WR), read what still comes, then close.";

auto const missing = std::string("If a client gets this answer that sends nothing more: ") + eaten;

/// Much that nobody will read.
message flood() { return payload(octets(200'000, 0)); }

/// A client that has waited before it reads, so that a reset had time to overtake the answer.
void wait_before_reading() { waiting().until(clock::now() + a_moment); }

/// Some systems deliver what came before a reset, others do not: the end behind the answer must be an orderly one.
void expect_orderly_end(client& c) {
    suspect("The server does not close the connection behind its last message.");
    c.expect_end(given().timeout, true, eaten);
}

void expect_still_serving(char const* cause) {
    waiting().until(clock::now() + a_moment);  // a server that crashes may take its time
    suspect(cause);
    open_tunnel().expect_echo();
}

/// The server ends the connection of a client that says this and nothing more, in the time of --slow.
void expect_patience_to_end(octets const& said) {
    needs_slow();
    suspect("A client that says nothing is kept for ever. Such clients cost a socket and a thread each: set a limit.");
    client c;
    if (!said.empty()) c.send(payload(said));
    c.expect_end(*given().slow);
}

}  // namespace

CLAUSE("1928-6", SENSE, "a refusal is read by a client that has sent more",
       "The reply reaches the client, also when it has already sent what should have come behind the request.") {
    suspect(missing);
    client c;
    c.greet();
    c.send({request(connect, refusing()), flood()});
    wait_before_reading();
    c.expect_reply({5});
    expect_orderly_end(c);
}

CLAUSE("1928-6", SENSE, "an unknown address type is answered to a client that has sent more",
       "The reply reaches the client, also when it has already sent what should have come behind the request.") {
    suspect(missing);
    client c;
    c.greet();
    c.send({request(connect, {v4_loopback, 9}).with("ATYP", {0x7f}), flood()});
    wait_before_reading();
    c.receive_reply();
    expect_orderly_end(c);
}

CLAUSE("1928-3", SENSE, "FF is read by a client that has sent more",
       "METHOD FF reaches the client, also when it has already sent its request.") {
    suspect(missing);
    client c;
    c.send({greeting({0x80}), request(connect, refusing()), flood()});
    wait_before_reading();
    c.receive_selection();
    expect_orderly_end(c);
}

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

CLAUSE("1928-3", SENSE, "a silent client is dropped", "A client that says nothing is closed after some time.") {
    expect_patience_to_end({});
}

CLAUSE("1928-3", SENSE, "half a greeting is dropped",
       "A client that stops in its greeting is closed after some time.") {
    expect_patience_to_end({5, 2});
}

CLAUSE("1928-4", SENSE, "half a request is dropped", "A client that stops in its request is closed after some time.") {
    needs_slow();
    suspect("A client that stops in the middle of its request is kept for ever. Set a limit to the whole handshake.");
    client c;
    c.greet();
    c.send(request(connect, {v4_loopback, 9}).cut(6));
    c.expect_end(*given().slow);
}

}  // namespace spec

TEST_SUITE_END();
