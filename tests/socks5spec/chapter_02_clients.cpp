/// Many clients, each of whom has the server to itself.
#include "socks5spec/clause.hpp"

namespace spec {

TEST_SUITE_BEGIN("02 many clients");

CLAUSE("1928-4", SENSE, "two clients at once", "A server serves many clients at the same time.") {
    suspect("The server serves one client after the other. Start a thread for each connection.");
    auto first = open_tunnel();
    auto second = open_tunnel();
    second.expect_echo();
    first.expect_echo();
}

CLAUSE("1928-4", SENSE, "a client that says nothing holds up nobody",
       "A server serves many clients at the same time, also while one is still silent.") {
    suspect("The handshake is done in the loop that accepts. Start the thread before the first read.");
    client silent;
    open_tunnel().expect_echo();
}

CLAUSE("1928-4", SENSE, "200 clients at once", "Each of many clients gets its own data, and only those.") {
    suspect("The server serves one client after the other, or has no thread or socket left for so many.");
    origin target(v4_loopback, 200);
    std::vector<tunnel> crowd;
    for (int i = 0; i < 200; ++i) {
        current().story.clear();
        tell("client " + std::to_string(i + 1) + " of 200");
        client c;
        c.connect_to(target.where());
        crowd.push_back({std::move(c), target.accept()});
    }
    suspect("Is anything shared between the connections that should not be: a buffer, a socket, a global variable?");
    for (unsigned i = 0; i < 200; ++i) crowd[i].near.write(random_octets(2000, i));
    for (unsigned i = 0; i < 200; ++i) crowd[i].far.write(random_octets(2000, 1000 + i));
    std::optional<trial> first;
    int failed = 0;
    for (unsigned i = 0; i < 200; ++i) {
        current().story.clear();
        tell("client " + std::to_string(i + 1) + " of 200 and its target: have sent 2000 octets each");
        try {
            crowd[i].far.expect_data(random_octets(2000, i));
            crowd[i].near.expect_data(random_octets(2000, 1000 + i));
        } catch (over const&) {
            ++failed;
            if (!first) first = current();
            current().patience = 20ms;  // the others had all the time of this one
        }
    }
    if (!first) return;
    current() = *first;
    tell("all in all " + std::to_string(failed) + " of 200 clients have got other data, or not all");
    throw over{};
}

}  // namespace spec

TEST_SUITE_END();
