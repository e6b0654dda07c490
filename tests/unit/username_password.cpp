#include "socks5/username_password.hpp"

#include "fakes.hpp"

#include <doctest/doctest.h>

using namespace fakes;
using socks5::login;
using socks5::login_status;

TEST_SUITE_BEGIN("username/password, RFC 1929");

TEST_CASE("the box of the RFC, octet for octet") {
    reader read{octets{0x01, 0x05} + text("alice") + octets{0x06} + text("secret")};
    auto const given = login::receive(read);
    CHECK(given.uname == "alice");
    CHECK(given.passwd == "secret");
    CHECK(given.valid());
}

TEST_CASE("it takes its own octets, all of them and no more") {
    octets const longest(255, 'x');
    CHECK(reads_exactly<login>({0x01, 0x01, 'a', 0x01, 'b'}));
    CHECK(reads_exactly<login>({0x01, 0x00, 0x00}));
    CHECK(reads_exactly<login>(octets{0x01, 0xff} + longest + octets{0xff} + longest));
}

TEST_CASE("empty names and passwords are read to the end, and not valid") {
    for (octets const& wire :
         {octets{0x01, 0x00, 0x01, 'b'}, octets{0x01, 0x01, 'a', 0x00}, octets{0x01, 0x00, 0x00}}) {
        reader read{wire};
        CHECK_FALSE(login::receive(read).valid());
        CHECK(read.rest().empty());
    }
}

TEST_CASE("after another version nothing more is read: what follows is unknown") {
    reader read{{0x05, 0x01, 'a', 0x01, 'b'}};
    auto const given = login::receive(read);
    CHECK_FALSE(given.valid());
    CHECK(read.rest() == octets{'a', 0x01, 'b'});
    CHECK(shown_by(given) == octets{0x05, 0x01});
}

TEST_CASE("every octet is kept as sent, zero octets too") {
    reader read{{0x01, 0x03, 'a', 0x00, 0xff, 0x02, 0x00, 'b'}};
    auto const given = login::receive(read);
    CHECK(given.uname == std::string("a\0\xff", 3));
    CHECK(given.passwd == std::string("\0b", 2));
    CHECK(meaning(given, "UNAME") == "\"a\\x00\\xff\"");
}

TEST_CASE("the password and its length are marked as secret, and nothing else is") {
    for (auto const& field : login{1, 1, "a", 1, "b"}.fields())
        CHECK(field.secret == (field.name == "PLEN" || field.name == "PASSWD"));
}

TEST_CASE("the status, octet for octet") {
    CHECK(socks5::octets_of(login_status{true}) == octets{0x01, 0x00});
    CHECK(socks5::octets_of(login_status{false}) == octets{0x01, 0x01});
    CHECK(shown_by(login_status{false}) == octets{0x01, 0x01});
    CHECK(meaning(login_status{true}, "STATUS") == "success");
}

TEST_SUITE_END();
