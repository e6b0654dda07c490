/// BIND: a connection from the target to the client.
#include "socks5spec/association.hpp"
#include "socks5spec/clause.hpp"

namespace spec {

TEST_SUITE_BEGIN("10 BIND");

namespace {

/// A client whose BIND waits for this peer, and where it waits.
struct expecting {
    client c;
    address bnd;

    /// A connection to where the server listens.
    connection peer_comes(std::optional<asio::ip::address> const& from = {}) const {
        if (auto socket = try_to_connect({to_ip(bnd.host), bnd.port}, in_time(), from)) {
            connection peer(std::move(*socket), "peer");
            tell("peer: connects, " + to_string(peer.local()) + " -> " + to_string(bnd));
            return peer;
        }
        fail("that the server accepts the peer on " + to_string(bnd), "no connection",
             "BND of the first reply is where the server listens: ask the listening socket (getsockname).");
    }
};

expecting at_bind(socks5::host const& peer = v4_loopback) {
    client c;
    c.greet();
    c.send(request(bind, {peer, 9}));
    stands_on(plain::first_bind_reply);
    auto const first = c.receive_reply();
    if (first.rep != 0) not_supported("bind", "REP " + rep_text(first.rep));
    stands_on(plain::reply);
    auto bnd = first.bnd;
    if (is_unspecified(bnd.host)) bnd.host = to_address(server()).host;  // a case of its own finds that wrong
    return {std::move(c), bnd};
}

void expect_peer(client& c, connection const& peer) {
    stands_on(plain::second_bind_reply);
    suspect(
        "When the peer has come, a second reply says who it is. The peer is known by its address, whatever its "
        "port.");
    auto const second = c.expect_reply({0});
    suspect("");
    if (second.bnd == peer.local()) return;
    auto const field = second.bnd.host == peer.local().host ? "BND.PORT" : "BND.ADDR";
    current().story.back().wrong = {field, 0};
    fail("BND " + to_string(peer.local()) + ", the peer's own address", "BND " + to_string(second.bnd),
         "The second reply tells who has come, as accept() or getpeername() says; not where the server listens, which "
         "getsockname() says, and not once more what the first reply has told.");
}

}  // namespace

CLAUSE("1928-6", MUST, "the first reply says where the server listens",
       "BND.ADDR and BND.PORT of the first reply are where the server waits for the peer; the client passes them on.") {
    client c;
    c.greet();
    c.send(request(bind, {v4_loopback, 9}));
    auto const first = c.receive_reply();
    if (first.rep != 0) not_supported("bind", "REP " + rep_text(first.rep));
    if (first.bnd.port == 0) {
        current().story.back().wrong = {"BND.PORT", 0};
        fail("the port on which the server listens", "port 0", "Ask the listening socket for its port (getsockname).");
    }
    if (is_unspecified(first.bnd.host)) {
        current().story.back().wrong = {"BND.ADDR", 0};
        fail("an address that the peer can connect to", to_string(first.bnd),
             "The server tells the address that it has bound, a wildcard. Tell the address on the way to DST.ADDR.");
    }
}

CLAUSE("1928-6", MUST, "the second reply says who came",
       "The second reply comes when the peer has connected; its BND.ADDR and BND.PORT are the peer's.") {
    auto bound = at_bind();
    auto const peer = bound.peer_comes();
    expect_peer(bound.c, peer);
}

CLAUSE("1928-6", MUST, "the second reply comes only when the peer has come",
       "The second reply occurs after the anticipated connection succeeds or fails.") {
    auto bound = at_bind();
    suspect("The server sends its second reply before anybody has connected.");
    bound.c.expect_silence(a_moment);
    auto const peer = bound.peer_comes();
    expect_peer(bound.c, peer);
}

CLAUSE("1928-4", MUST, "data pass in both directions", "After the second reply, data pass as after CONNECT.") {
    auto bound = at_bind();
    auto& c = bound.c;
    auto peer = bound.peer_comes();
    peer.write(text("at once"));
    expect_peer(c, peer);
    c.expect_data(text("at once"));
    exchange(c, random_octets(100'000, 7), peer, random_octets(100'000, 8));
    suspect("After the second reply relay as after CONNECT: pass on an end, and go on with the other direction.");
    c.end();
    peer.expect_end(given().timeout, true);
    peer.write(text("last"));
    c.expect_data(text("last"));
    peer.end();
    c.expect_end(given().timeout, true);
}

CLAUSE("1928-6", MUST, "an IPv6 peer", "DST.ADDR may be an IPv6 address; then the server waits on one, too.") {
    origin(v6_loopback).where();  // not run where there is no IPv6
    client c;
    c.greet();
    c.send(request(bind, {v6_loopback, 9}));
    stands_on(plain::first_bind_reply);
    auto const first = c.receive_reply();
    if (first.rep == 7) not_supported("bind", "REP " + rep_text(first.rep));
    if (first.rep != 0) not_supported("ipv6", "REP " + rep_text(first.rep) + " for BIND with [::1]");
    expecting const bound{std::move(c), first.bnd};
    auto const peer = bound.peer_comes();
}

CLAUSE("1928-4", SENSE, "any peer when DST.ADDR is zero",
       "A client that does not know who will come sends 0.0.0.0; then the first who comes is the peer.") {
    auto bound = at_bind(socks5::ipv4{});
    auto const peer = bound.peer_comes();
    expect_peer(bound.c, peer);
}

CLAUSE("1928-4", SENSE, "a stranger is not let in",
       "DST.ADDR says from where the peer comes. Somebody else is not connected to the client.") {
    if (to_address(server()).host != v4_loopback) not_run("the server does not listen on 127.0.0.1");
    auto bound = at_bind();
    socks5::host const elsewhere = socks5::ipv4{{127, 0, 0, 2}};
    if (!available(elsewhere)) not_run("this machine does not have 127.0.0.2");
    auto stranger = bound.peer_comes(to_ip(elsewhere));
    stranger.write(text("forged"));
    stands_on(plain::second_bind_reply);
    suspect("The server connects whoever comes first. Compare the peer's address with DST.ADDR.");
    auto const came = bound.c.read_some(2, clock::now() + a_moment);
    if (came.what == arrival::data && came.octets != octets{5, 0})
        return;  // a second reply that says failure: the wait is over
    if (came.what != arrival::nothing) fail("no success for the client yet", in_words(came));
    auto const peer = bound.peer_comes();
    suspect("After a stranger has come, the right peer should still be let in: else a port scan stops every transfer.");
    expect_peer(bound.c, peer);
}

CLAUSE("1928-4", SENSE, "only one peer is let in",
       "BIND is for one connection. When it is there, nobody else gets in.") {
    auto bound = at_bind();
    auto const peer = bound.peer_comes();
    expect_peer(bound.c, peer);
    auto second = try_to_connect({to_ip(bound.bnd.host), bound.bnd.port});
    suspect("The listening socket stays open after the peer has come.");
    if (!second) return;
    connection stranger(std::move(*second), "second peer");
    stranger.expect_end(given().timeout);
}

CLAUSE("1928-4", SENSE, "a client that leaves ends the wait",
       "When the client has gone, nobody waits for the peer any more: the port is closed.") {
    auto bound = at_bind();
    bound.c.close();
    suspect("The server goes on to listen although its client has left: ports, sockets and threads run out.");
    waiting().until(clock::now() + 1s);  // a look whether it has left yet would be taken for the peer
    if (try_to_connect({to_ip(bound.bnd.host), bound.bnd.port}))
        fail("a refused connection to " + to_string(bound.bnd), "one that is taken");
}

CLAUSE("1928-6", SENSE, "the wait has an end",
       "If nobody comes, the second reply says failure after some time, and the connection ends.") {
    needs_slow();
    auto bound = at_bind();
    suspect("BIND waits for ever: each such client costs a socket, a port and a thread.");
    current().patience = 2 * *given().slow;
    bound.c.expect_reply({4, 1, 6}, {{0, "A success, although nobody has come."}});
    bound.c.expect_hang_up();
}

}  // namespace spec

TEST_SUITE_END();
