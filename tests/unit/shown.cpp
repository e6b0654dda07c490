/// What people see: the trace and the log.
#include "session_fixture.hpp"

#include <doctest/doctest.h>

using namespace fakes;

TEST_SUITE_BEGIN("trace and log");

TEST_CASE_FIXTURE(session_fixture, "a whole conversation, the password nowhere") {
    settings.users.add("alice", "secret");
    serve(octets{0x05, 0x01, 0x02, 0x01, 0x05} + text("alice") + octets{0x06} + text("secret") +
          request(1, target_address));
    CHECK(traced == R"(#1 client -> proxy  greeting
#1     05  VER       SOCKS version 5
#1     01  NMETHODS  1 method
#1     02  METHODS   username/password
#1 proxy -> client  method selection
#1     05  VER       SOCKS version 5
#1     02  METHOD    username/password
#1 client -> proxy  login
#1     01              VER       version of the subnegotiation
#1     05              ULEN      5 octets of name
#1     61 6c 69 63 65  UNAME     "alice"
#1     ***             PLEN      *** (length of the password)
#1     ***             PASSWD    *** (the password)
#1 proxy -> client  login status
#1     01  VER       version of the subnegotiation
#1     00  STATUS    success
#1 client -> proxy  request
#1     05           VER       SOCKS version 5
#1     01           CMD       CONNECT
#1     00           RSV       reserved
#1     01           ATYP      IPv4 address
#1     c0 00 02 01  DST.ADDR  192.0.2.1
#1     00 50        DST.PORT  80
#1 proxy -> client  reply
#1     05           VER       SOCKS version 5
#1     00           REP       succeeded
#1     00           RSV       reserved
#1     01           ATYP      IPv4 address
#1     c6 33 64 07  BND.ADDR  198.51.100.7
#1     82 35        BND.PORT  33333
)");
}

TEST_CASE_FIXTURE(session_fixture, "a password of one octet takes as much room as a long one") {
    settings.users.add("alice", "x");
    serve(octets{0x05, 0x01, 0x02, 0x01, 0x05} + text("alice") + octets{0x01} + text("x"));
    auto const short_one = traced;
    traced.clear();
    another_client();
    settings.users.add("alice", "correct horse battery staple");
    serve(octets{0x05, 0x01, 0x02, 0x01, 0x05} + text("alice") + octets{28} + text("correct horse battery staple"));
    CHECK(short_one == traced);
}

TEST_CASE("long fields are broken into lines of 16 octets, and colours are around the words, not instead of them") {
    std::string shown;
    session::trace const plain([&](std::string const& t) { shown += t; }, false);
    plain.received(7, socks5::greeting{5, 18, octets(18, 0x01)});
    CHECK(shown.find("#7     01 01 01 01 01 01 01 01 01 01 01 01 01 01 01 01  METHODS   GSSAPI, ") !=
          std::string::npos);
    CHECK(shown.find("\n#7     01 01                                          \n") != std::string::npos);
    shown.clear();
    session::trace const coloured([&](std::string const& t) { shown += t; }, true);
    coloured.sent(1, socks5::method_selection{});
    CHECK(shown.find("\033[") != std::string::npos);
}

TEST_CASE_FIXTURE(session_fixture, "without a trace nothing is shown") {
    settings.trace.reset();
    serve(hello + request(1, target_address));
    CHECK(traced.empty());
}

TEST_CASE("the line of the log") {
    session::record record{7};
    record.client = client_address;
    record.end = "done";
    CHECK(record.line() == "#7 127.0.0.1:40000, 0.000 s, 0 octets up, 0 octets down: done");

    record.user = "alice\nroot";
    record.request = socks5::request{5, socks5::cmd::connect, 0, named("localhost", 80)};
    record.up = 1;  // "octets" all the same, for those who read the log by a pattern
    record.down = 1;
    CHECK(record.line().ends_with(" s, 1 octets up, 1 octets down: done"));

    record.up = 78;
    record.down = 612;
    record.began -= std::chrono::milliseconds(61'012);
    auto const line = record.line();
    CHECK(line.starts_with("#7 127.0.0.1:40000, user alice\\x0aroot, CONNECT localhost:80, 61.01"));
    CHECK(line.ends_with(" s, 78 octets up, 612 octets down: done"));
}

TEST_SUITE_END();
