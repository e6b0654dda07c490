/// Who may come and where to: rules, users, and how they are written on the command line.
#include "session/rules.hpp"

#include "program/parse.hpp"

#include <doctest/doctest.h>

#include <fstream>

using namespace plainsocks;
using session::rules;
using socks5::address;
using socks5::domainname;

namespace {

/// "127.0.0.1:80", "[::1]:80" or "name:80".
address target(std::string const& text) {
    auto const colon = text.rfind(':');
    auto const port = static_cast<std::uint16_t>(std::stoi(text.substr(colon + 1)));
    auto host = text.substr(0, colon);
    if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
    boost::system::error_code no_address;
    auto const ip = boost::asio::ip::make_address(host, no_address);
    if (no_address) return {domainname{host}, port};
    if (ip.is_v4()) return {socks5::ipv4{ip.to_v4().to_bytes()}, port};
    return {socks5::ipv6{ip.to_v6().to_bytes()}, port};
}

bool denied(std::string const& rule, std::string const& where) {
    rules some;
    some.denied_targets.push_back(parse_target_rule(rule));
    try {
        some.check(target(where), true);
        return false;
    } catch (socks5::refused const& r) {
        CHECK(r.rep == socks5::rep::connection_not_allowed_by_ruleset);
        return true;
    }
}

template <class Parser>
std::string complaint(Parser parse, std::string const& text) {
    try {
        parse(text);
        return "none";
    } catch (usage_error const& e) {
        return e.what();
    }
}

}  // namespace

TEST_SUITE_BEGIN("rules");

TEST_CASE("blocks of addresses") {
    CHECK(denied("10.0.0.0/8", "10.255.0.1:80"));
    CHECK_FALSE(denied("10.0.0.0/8", "11.0.0.1:80"));
    CHECK(denied("192.0.2.128/25", "192.0.2.128:80"));
    CHECK_FALSE(denied("192.0.2.128/25", "192.0.2.127:80"));
    CHECK(denied("192.0.2.1", "192.0.2.1:80"));
    CHECK_FALSE(denied("192.0.2.1", "192.0.2.2:80"));
    CHECK(denied("0.0.0.0/0", "192.0.2.1:80"));
    CHECK_FALSE(denied("0.0.0.0/0", "[2001:db8::1]:80"));
    CHECK(denied("2001:db8::/32", "[2001:db8:ffff::1]:80"));
    CHECK_FALSE(denied("2001:db8::/33", "[2001:db8:ffff::1]:80"));
    CHECK(denied("::/0", "[2001:db8::1]:80"));
    CHECK_FALSE(denied("10.0.0.0/8", "ten.example:80"));
}

TEST_CASE("an address in another form is the same address") {
    CHECK(denied("10.0.0.0/8", "[::ffff:10.1.2.3]:80"));
    CHECK(denied("::ffff:10.0.0.0/104", "10.1.2.3:80"));
    CHECK(denied("127.0.0.0/8", "0.0.0.0:80"));
    CHECK(denied("127.0.0.1", "[::ffff:0.0.0.0]:80"));
    CHECK(denied("::1", "[::]:80"));
    CHECK(denied("0.0.0.0", "0.0.0.0:80"));
    CHECK(denied("::", "[::]:80"));
}

TEST_CASE("names") {
    CHECK(denied("example.com", "Example.COM:80"));
    CHECK(denied("Example.com.", "example.com:80"));
    CHECK(denied("example.com", "example.com.:80"));
    CHECK_FALSE(denied("example.com", "www.example.com:80"));
    CHECK_FALSE(denied("example.com", "badexample.com:80"));
    CHECK(denied("*.example.com", "www.example.com:80"));
    CHECK(denied("*.example.com", "a.b.EXAMPLE.com.:80"));
    CHECK_FALSE(denied("*.example.com", "example.com:80"));
    CHECK_FALSE(denied("*.example.com", "badexample.com:80"));
    CHECK(denied("*", "example.com:80"));
    CHECK(denied("*", "192.0.2.1:80"));
}

TEST_CASE("ports") {
    CHECK(denied("*:25", "example.com:25"));
    CHECK_FALSE(denied("*:25", "example.com:26"));
    CHECK(denied("10.0.0.0/8:6000-6063", "10.0.0.1:6063"));
    CHECK_FALSE(denied("10.0.0.0/8:6000-6063", "10.0.0.1:6064"));
    CHECK_FALSE(denied("10.0.0.0/8:6000-6063", "10.0.0.1:5999"));
    CHECK(denied("[2001:db8::/32]:25", "[2001:db8::1]:25"));
    CHECK_FALSE(denied("[2001:db8::/32]:25", "[2001:db8::1]:26"));
    CHECK(denied("[::1]", "[::1]:26"));
    CHECK(denied("example.com:0-65535", "example.com:0"));
}

TEST_CASE("clients of other machines, and what is local to this one") {
    rules some;
    for (auto const* where : {"127.0.0.1:80", "127.255.0.1:80", "[::1]:80", "0.0.0.0:80", "[::]:80",
                              "[::ffff:127.0.0.1]:80", "[::ffff:0.0.0.0]:80", "169.254.169.254:80", "[fe80::1]:80",
                              "[::ffff:169.254.1.1]:80", "224.0.0.251:5353", "[ff02::fb]:5353"}) {
        CHECK_THROWS_AS(some.check(target(where), false), socks5::refused);
        CHECK_NOTHROW(some.check(target(where), true));
    }
    for (auto const* where : {"192.168.1.1:80", "128.0.0.1:80", "[2001:db8::1]:80", "localhost:80"})
        CHECK_NOTHROW(some.check(target(where), false));
    some.allow_local_targets = true;
    CHECK_NOTHROW(some.check(target("127.0.0.1:80"), false));
}

TEST_CASE("who may come") {
    rules some;
    CHECK(some.admit(target("192.0.2.1:1").host));
    some.allowed_clients.push_back(parse_cidr("10.0.0.0/8"));
    some.allowed_clients.push_back(parse_cidr("2001:db8::/32"));
    CHECK(some.admit(target("10.1.1.1:1").host));
    CHECK(some.admit(target("[::ffff:10.1.1.1]:1").host));
    CHECK(some.admit(target("[2001:db8::1]:1").host));
    CHECK_FALSE(some.admit(target("192.0.2.1:1").host));
    CHECK_FALSE(some.admit(target("[::1]:1").host));
}

TEST_CASE("what cannot be a rule is said to be none") {
    for (auto const* text : {"",
                             ":80",
                             "*.a.*",
                             "a*b",
                             "exa mple",
                             "10.0.0.0/33",
                             "10.0.0/8",
                             "10.0.0.0/",
                             "10.0.0.0/-1",
                             "::/129",
                             "::ffff:10.0.0.0/80",
                             "example.com:",
                             "example.com:80-",
                             "example.com:90-80",
                             "example.com:65536",
                             "example.com:x",
                             "[::1",
                             "[::1]80",
                             "example.com/8",
                             "example.com:80:90",
                             "10.0.0.256",
                             "10.0.0",
                             "2130706433",
                             "2001:db8::g",
                             "*.",
                             "*.:80",
                             "10.0.0.0-10.0.0.9",
                             "fe80::1%1",
                             "fe80::%1/64",
                             "2001:db8::%rubbish/32"})
        CHECK_MESSAGE(complaint(parse_target_rule, text) != "none", std::string(text));
}

TEST_CASE("endpoints, addresses, numbers") {
    CHECK(parse_endpoint("127.0.0.1:10800").port() == 10800);
    CHECK(parse_endpoint("[::1]:0").address().is_v6());
    for (auto const* text :
         {"10800", "127.0.0.1", "::1:10800", "localhost:1", "127.0.0.1:65536", "127.0.0.1:-1", "[::1]", ""})
        CHECK_MESSAGE(complaint(parse_endpoint, text) != "none", text);
    CHECK(complaint(parse_address, "1.2.3") == "'1.2.3' is not an IP address, expected one like 127.0.0.1 or ::1");
    CHECK(parse_seconds("0").count() == 0);
    CHECK(parse_seconds("0.25").count() == 250);
    CHECK(parse_seconds(".5").count() == 500);
    CHECK(parse_seconds("5.").count() == 5000);
    CHECK(parse_seconds("2.011").count() == 2011);
    CHECK(parse_seconds("2.0110001").count() == 2012);
    CHECK(parse_seconds("1000000.000").count() == 1'000'000'000);
    auto const nearly_0 = "0." + std::string(400, '0') + '1';  // but 0 is no limit
    CHECK(parse_seconds(nearly_0).count() == 1);
    for (auto const* text : {"", ".", "x", "1s", "-1", "+1", " 1", "1 ", "1,5", "1.2.3", "nan", "inf", "1e3", "1e-400",
                             "0x10", "1000000.001", "1000001", "99999999999999999999"})
        CHECK_MESSAGE(complaint(parse_seconds, text) != "none", text);
    auto const up_to_9 = [](std::string const& text) { return parse_count(text, 9); };
    CHECK(up_to_9("9") == 9);
    for (auto const* text : {"0", "", "-1", "1.5", "10"}) CHECK(complaint(up_to_9, text) != "none");
}

TEST_CASE("users") {
    session::users some;
    CHECK(some.empty());
    add_user(some, "alice:se:cret");
    CHECK(some.know("alice", "se:cret"));
    CHECK_FALSE(some.know("alice", "se"));
    CHECK_FALSE(some.know("", ""));
    CHECK_FALSE(some.know("alice", ""));
    for (auto const& text :
         {std::string("alice"), std::string("alice:"), std::string(":x"), std::string(256, 'a') + ":x"})
        CHECK(complaint([&](auto const& t) { add_user(some, t); }, text) ==
              "expected NAME:PASSWORD, with 1 to 255 octets each");
}

TEST_CASE("users of a file") {
    std::string const path = "users-of-a-file.txt";
    auto const write = [&](std::string const& text) { std::ofstream(path, std::ios::binary) << text; };
    auto const read = [&](session::users& some) {
        return complaint([&](auto const& p) { add_users_of_file(some, p); }, path);
    };
    session::users some;
    write("# comment\n\nalice:secret\r\nbob:pass word");
    CHECK(read(some) == "none");
    CHECK(some.know("alice", "secret"));
    CHECK(some.know("bob", "pass word"));
    write("alice:secret\nbob\n");
    CHECK(read(some) == path + ", line 2: expected NAME:PASSWORD, with 1 to 255 octets each");
    session::users none;
    write("# nobody\n");
    CHECK(read(none) == path + " names no user, expected a line NAME:PASSWORD for each");
    std::remove(path.c_str());
    CHECK(read(some) == "cannot read " + path + ": No such file or directory");
}

TEST_SUITE_END();
