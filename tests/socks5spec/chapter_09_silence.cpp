/// When things go wrong: nobody says anything.
#include "socks5spec/clause.hpp"
#include "socks5spec/full_origin.hpp"

namespace spec {

TEST_SUITE_BEGIN("09 when things go wrong");

namespace {

/// The server ends the connection of a client that says this and nothing more, in the time of --slow.
void expect_patience_to_end(octets const& said) {
    needs_slow();
    suspect("A client that says nothing is kept for ever. Such clients cost a socket and a thread each: set a limit.");
    client c;
    if (!said.empty()) c.send(payload(said));
    c.expect_end(*given().slow);
}

}  // namespace

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

CLAUSE("1928-6", SENSE, "a target that does not answer: REP 04",
       "A target may say neither yes nor no. After some time the server gives up, and says so by REP 04, \"Host "
       "unreachable\". (REP 06, \"TTL expired\", comes as near.)") {
    needs_slow();
    suspect("A server that leaves it to the system waits for minutes. Set a limit to connect(), and answer then.");
    full_origin target;
    client c;
    c.greet();
    c.send(request(connect, target.where()));
    stands_on(plain::connect);
    current().patience = *given().slow;
    c.expect_reply({4, 6}, {{1, "REP 04 tells the client what is wrong; 01 does not."},
                            {3, "03 is for ENETUNREACH: there is a way to the target, but nobody answers."},
                            {5, "Nobody has refused: the target has not said anything."}});
}

}  // namespace spec

TEST_SUITE_END();
