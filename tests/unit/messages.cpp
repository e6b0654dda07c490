/// Request, reply and UDP header: what surrounds an address.
#include "fakes.hpp"
#include "socks5/reply.hpp"
#include "socks5/request.hpp"
#include "socks5/udp_header.hpp"

#include <doctest/doctest.h>

using namespace fakes;
using socks5::cmd;
using socks5::reply;
using socks5::request;
using socks5::udp_header;

namespace {

socks5::address const here{socks5::ipv4{{127, 0, 0, 1}}, 8080};
octets const here_on_the_wire{0x01, 127, 0, 0, 1, 0x1f, 0x90};

}  // namespace

TEST_CASE("request, RFC 1928 section 4: octet for octet") {
    reader read{octets{0x05, 0x01, 0x00} + here_on_the_wire};
    auto const asked = request::receive(read);
    CHECK(asked.cmd == cmd::connect);
    CHECK(asked.dst == here);
    for (octet const command : octets{0x00, 0x01, 0x02, 0x03, 0x04, 0xff})
        CHECK(reads_exactly<request>(octets{0x05, command, 0x00} + here_on_the_wire));
    CHECK(reads_exactly<request>({0x05, 0x01, 0x00, 0x09}));  // no more than ATYP, when that is unknown
}

TEST_CASE("request: another version is refused, another RSV is not") {
    reader wrong{octets{0x04, 0x01, 0x00} + here_on_the_wire};
    CHECK_THROWS_WITH_AS(request::receive(wrong), "version 0x04, expected 0x05", socks5::malformed);
    reader odd{octets{0x05, 0x01, 0x17} + here_on_the_wire};
    auto const asked = request::receive(odd);
    CHECK(asked.dst == here);
    CHECK(meaning(asked, "RSV") == "reserved, should be 00");
}

TEST_CASE("request: the names of the commands") {
    CHECK(name(cmd::connect) == "CONNECT");
    CHECK(name(cmd::bind) == "BIND");
    CHECK(name(cmd::udp_associate) == "UDP ASSOCIATE");
    CHECK(name(cmd(0x7f)) == "unknown command");
}

TEST_CASE("reply, RFC 1928 section 6: every REP, octet for octet and by its phrase") {
    constexpr std::string_view phrases[]{"succeeded",
                                         "general SOCKS server failure",
                                         "connection not allowed by ruleset",
                                         "Network unreachable",
                                         "Host unreachable",
                                         "Connection refused",
                                         "TTL expired",
                                         "Command not supported",
                                         "Address type not supported",
                                         "unassigned"};
    for (int rep = 0; rep < 10; ++rep) {
        reply const answer{socks5::rep(rep), here};
        CHECK(socks5::octets_of(answer) == octets{0x05, octet(rep), 0x00} + here_on_the_wire);
        CHECK(shown_by(answer) == socks5::octets_of(answer));
        CHECK(phrase(answer.rep) == phrases[rep]);
        CHECK(meaning(answer, "REP") == phrases[rep]);
    }
}

TEST_CASE("reply: without an address it is 0.0.0.0:0") {
    CHECK(socks5::octets_of(reply{socks5::rep::host_unreachable}) == octets{0x05, 0x04, 0x00, 0x01, 0, 0, 0, 0, 0, 0});
}

TEST_CASE("UDP header, RFC 1928 section 7: both ways, octet for octet") {
    auto const wire = octets{0x00, 0x00, 0x00} + here_on_the_wire;
    CHECK(reads_exactly<udp_header>(wire));
    CHECK(socks5::octets_of(udp_header{.dst = here}) == wire);
    CHECK(shown_by(udp_header{.dst = here}) == wire);
    CHECK(reads_exactly<udp_header>({0x01, 0x02, 0x83, 0x09}));
}

TEST_CASE("UDP header: fragments and odd RSV are shown") {
    udp_header const odd{{0x00, 0x01}, 0x83, here};
    CHECK(meaning(odd, "FRAG") == "a fragment");
    CHECK(meaning(odd, "RSV") == "reserved, should be 00 00");
    CHECK(meaning(udp_header{.dst = here}, "FRAG") == "not a fragment");
}

TEST_CASE("text for people") {
    CHECK(socks5::hex(octets{0x00, 0x0a, 0xff}) == "00 0a ff");
    CHECK(socks5::hex(octets{}).empty());
    CHECK(socks5::count_of_octets(0) == "0 octets");
    CHECK(socks5::count_of_octets(1) == "1 octet");
    CHECK(socks5::count_of_octets(2) == "2 octets");
    CHECK(socks5::printable("a\\b \n\x7f\xe4") == "a\\\\b\\x20\\x0a\\x7f\\xe4");
}

// A wrong lambda is neither a reader nor a writer.
static_assert(!socks5::reader<int (*)(std::size_t)>);
static_assert(!socks5::writer<void (*)(int)>);
static_assert(socks5::reader<fakes::reader>);
