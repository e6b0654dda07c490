#include "socks5/address.hpp"

#include "fakes.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>

#include <random>

using namespace fakes;
using socks5::address;
using socks5::domainname;
using socks5::ipv4;
using socks5::ipv6;
using socks5::unknown_host;

namespace {

constexpr ipv6 documentation{{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};

/// An address is a part of messages; here it stands alone.
struct lone_address {
    address inner;
    static lone_address receive(auto& read) { return {address::receive(read)}; }
    socks5::fields fields() const { return inner.fields("DST"); }
};

std::pair<octets, address> const examples[]{
    {{0x01, 127, 0, 0, 1, 0x1f, 0x90}, {ipv4{{127, 0, 0, 1}}, 8080}},
    {octets{0x03, 9} + text("localhost") + octets{0x00, 0x50}, {domainname{"localhost"}, 80}},
    {octets{0x03, 0, 0x01, 0x02}, {domainname{""}, 0x0102}},
    {octets{0x03, 255} + octets(255, 'x') + octets{0xff, 0xff}, {domainname{std::string(255, 'x')}, 65535}},
    {octets{0x04} + octets(documentation.octets.begin(), documentation.octets.end()) + octets{0, 0},
     {documentation, 0}},
};

}  // namespace

TEST_SUITE_BEGIN("addresses, RFC 1928 section 5");

TEST_CASE("the three types, both ways, octet for octet") {
    for (auto const& [wire, meant] : examples) {
        reader read{wire};
        CHECK(address::receive(read) == meant);
        CHECK(socks5::octets_of(meant) == wire);
        CHECK(reads_exactly<lone_address>(wire));
    }
}

TEST_CASE("names of every length, with octets of every value") {
    for (int length = 0; length <= 255; ++length) {
        octets name;
        for (int i = 0; i < length; ++i) name.push_back(octet(i * 7 + length));
        auto const wire = octets{0x03, octet(length)} + name + octets{0x00, 0x01};
        reader read{wire};
        CHECK(socks5::octets_of(address::receive(read)) == wire);
    }
}

TEST_CASE("an unknown type is kept, and nothing behind it is touched") {
    for (int type : {0, 2, 5, 0x7f, 0xff}) {
        reader read{{octet(type), 1, 2, 3}};
        auto const a = address::receive(read);
        CHECK_FALSE(a.known());
        CHECK(a == address{unknown_host{octet(type)}, 0});
        CHECK(read.rest() == octets{1, 2, 3});
        CHECK(a.fields("DST").size() == 1);
    }
    CHECK(to_string(address{unknown_host{9}, 0}) == "unknown address type 0x09");
}

TEST_CASE("how addresses are written") {
    CHECK(to_string(address{ipv4{{192, 0, 2, 255}}, 80}) == "192.0.2.255:80");
    CHECK(to_string(address{documentation, 80}) == "[2001:db8::1]:80");
    CHECK(to_string(address{domainname{"example.com"}, 443}) == "example.com:443");
    CHECK(to_string(address{domainname{"a b\n"}, 1}) == "a\\x20b\\x0a:1");
}

TEST_CASE("IPv6 addresses are written as RFC 5952 and the system write them") {
    std::mt19937 random(5952);
    for (int i = 0; i < 20'000; ++i) {
        ipv6 ip;
        for (auto& o : ip.octets) o = random() % 3 != 0 ? octet(0) : octet(random());
        if (std::ranges::all_of(ip.octets.begin(), ip.octets.begin() + 10, [](octet o) { return o == 0; }))
            ip.octets[0] = 0x20;  // the system writes ::1.2.3.4 for some of those
        char text[INET6_ADDRSTRLEN];
        REQUIRE(inet_ntop(AF_INET6, ip.octets.data(), text, sizeof text) != nullptr);
        REQUIRE(to_string(ip) == text);
    }
    CHECK(to_string(ipv6{}) == "::");
    CHECK(to_string(ipv6{{0, 1}}) == "1::");
}

TEST_CASE("the fields bear the names of the RFC") {
    auto const shown = address{ipv4{{127, 0, 0, 1}}, 80}.fields("BND");
    REQUIRE(shown.size() == 3);
    CHECK(shown[0].name == "ATYP");
    CHECK(shown[0].meaning == "IPv4 address");
    CHECK(shown[1].name == "BND.ADDR");
    CHECK(shown[2].name == "BND.PORT");
}

TEST_SUITE_END();
