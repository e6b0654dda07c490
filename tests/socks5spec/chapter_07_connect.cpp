/// CONNECT: reach the target, and tell what came of it.
#include "socks5spec/clause.hpp"
#include "socks5spec/full_origin.hpp"

namespace spec {

TEST_SUITE_BEGIN("07 CONNECT");

namespace {

causes const not_refused{{0, "The server says \"succeeded\" before it has connected, or whatever comes of it."},
                         {1, "The server reports every failure as a general one. Map the error of connect() to REP."},
                         {3, "03 is for ENETUNREACH; a refused connection (ECONNREFUSED) is 05."},
                         {4, "04 is for EHOSTUNREACH; a refused connection (ECONNREFUSED) is 05."}};

/// A client that has got a reply.
client ask_for_unknown_name() {
    suspect("The server does not answer when the look-up fails.");
    client c;
    c.greet();
    c.send(request(connect, with_name("no-such-name.invalid", 80)));
    be_patient();
    c.receive_reply();
    return c;
}

void expect_bnd(reply const& came, connection const& far) {
    if (came.bnd == far.remote()) return;
    auto const field = came.bnd.host == far.remote().host ? "BND.PORT" : "BND.ADDR";
    auto& story = current().story;
    auto const of_reply = std::ranges::find(story, "server -> client  reply", &event::text);
    of_reply->wrong = {field, 0};
    auto const zeros = came.bnd.port == 0;
    fail("BND " + to_string(far.remote()) + ", whom the target sees", "BND " + to_string(came.bnd),
         zeros ? "The address is made up. Ask the socket that is connected to the target (getsockname)."
               : "Ask the socket that is connected to the target (getsockname), not that of the client.");
}

}  // namespace

CLAUSE("1928-6", MUST, "refused: REP 05", "A target that refuses the connection is REP 05, \"Connection refused\".") {
    client c;
    c.greet();
    c.send(request(connect, refusing()));
    c.expect_reply({5}, not_refused);
}

CLAUSE("1928-6", MUST, "refused by IPv6: REP 05",
       "A target that refuses the connection is REP 05, \"Connection refused\".") {
    open_tunnel(v6_loopback);  // where there is no IPv6, nothing is refused
    client c;
    c.greet();
    c.send(request(connect, refusing(v6_loopback)));
    c.expect_reply({5}, not_refused);
}

CLAUSE("1928-6", MUST, "refused by all addresses of a name: REP 05",
       "A target that refuses the connection is REP 05, \"Connection refused\".") {
    client c;
    c.greet();
    c.send(request(connect, with_name("localhost", refusing().port)));
    be_patient();
    c.expect_reply({5}, not_refused);
}

CLAUSE("1928-6", MUST, "unreachable: REP 03 or 04",
       "Where there is no way to the target, REP is 03, \"Network unreachable\", or 04, \"Host unreachable\". (A rule "
       "against the address, 02, is fine as well: it is a broadcast address.)") {
    suspect("connect() to a broadcast address fails at once. Does the server answer such failures?");
    client c;
    c.greet();
    c.send(request(connect, {socks5::ipv4{{255, 255, 255, 255}}, 9}));
    be_patient();
    c.expect_reply({3, 4, 2}, {{0, "The server says \"succeeded\" before it has connected, or whatever comes of it."},
                               {1, "The server reports every failure as a general one. Map the error of connect()."},
                               {5, "Nobody has refused: connect() has failed with another error, ENETUNREACH."}});
}

CLAUSE("1928-6", MUST, "unknown name: a failure", "A name that leads nowhere is answered by a failure.") {
    ask_for_unknown_name().expect("REP", {4, 1, 2, 3, 5, 8},
                                  {{0, "The server says \"succeeded\" before it knows the address."}});
}

CLAUSE("1928-6", SENSE, "unknown name: REP 04",
       "A name that leads nowhere is REP 04, \"Host unreachable\": no value of the RFC comes nearer.") {
    ask_for_unknown_name().expect("REP", {4},
                                  {{0, "The server says \"succeeded\" before it knows the address."},
                                   {1, "A client learns more from 04 than from a general failure."},
                                   {8, "08 is for an ATYP that the server does not know; it knows names."}});
}

CLAUSE("1928-6", MUST, "the reply comes after the outcome",
       "REP says what came of the request; the server can only say so when it knows.") {
    suspect("The server answers before its connect() has come back.");
    full_origin target;
    client c;
    c.greet();
    c.send(request(connect, target.where()));
    stands_on(plain::connect);
    c.expect_silence(a_moment);
    target.let_in();
    suspect("The connection took a second. Does the server give up so soon?");
    be_patient();
    c.expect_reply({0});
}

CLAUSE("1928-6", MUST, "BND is the server's end of the connection to the target",
       "BND.ADDR and BND.PORT say which address and port the server uses towards the target.") {
    origin target;
    client c;
    auto const came = c.connect_to(target.where());
    expect_bnd(came, target.accept());
}

CLAUSE("1928-6", MUST, "BND is an IPv6 address when the target's is one",
       "ATYP says of which type BND.ADDR is; BND.ADDR is the address that the server uses towards the target.") {
    origin target(v6_loopback);
    client c;
    auto const came = c.connect_to(target.where());
    expect_bnd(came, target.accept());
}

CLAUSE("1928-6", MUST, "BND is right when the target was named",
       "BND.ADDR and BND.PORT say which address and port the server uses towards the target.") {
    origin target(localhost);
    client c;
    auto const came = c.connect_to(target.where());
    expect_bnd(came, target.accept());
}

/// Has the port, and refuses, so that nobody else on this machine can listen there meanwhile. False: somebody has it
/// already.
static bool keeps(tcp::socket& keeper, socks5::host const& host, std::uint16_t port) {
    tcp::endpoint const where(to_ip(host), port);
    error_code taken;
    keeper = tcp::socket(io());
    keeper.open(where.protocol());
    keeper.bind(where, taken);
    return !taken;
}

CLAUSE("1928-4", SENSE, "a name whose first address refuses",
       "A name may have several addresses. When one does not take the connection, the next one is tried.") {
    error_code error;
    bool six = false;
    for (auto const& found : tcp::resolver(io()).resolve("localhost", "", error))
        six = six || found.endpoint().address().is_v6();
    if (!six) not_run("localhost has only one address on this machine");
    constexpr auto only_first =
        "The server tries only the first of the addresses that getaddrinfo() delivers. localhost is 127.0.0.1 and "
        "::1; try each of them.";
    suspect(only_first);
    for (auto const& host : {v4_loopback, v6_loopback}) {
        std::optional<origin> target;
        tcp::socket closed(io());
        do target.emplace(host);
        while (!keeps(closed, host == v4_loopback ? v6_loopback : v4_loopback, target->port()));
        client c;
        c.greet();
        c.send(request(connect, with_name("localhost", target->port())));
        stands_on(plain::connect);
        c.expect_reply({0}, {{5, only_first}});
        target->accept();
    }
}

CLAUSE("1928-6", SENSE, "one target does not answer, and other clients are served",
       "A client that waits for its target holds up nobody else.") {
    suspect("One client after the other: while the server waits for one connection, it does nothing else.");
    full_origin slow;
    client c;
    c.greet();
    c.send(request(connect, slow.where()));
    open_tunnel().expect_echo();
}

}  // namespace spec

TEST_SUITE_END();
