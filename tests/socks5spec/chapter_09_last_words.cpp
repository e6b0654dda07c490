/// When things go wrong: a last answer must reach a client that has sent too much.
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

}  // namespace spec

TEST_SUITE_END();
