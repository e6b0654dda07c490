#include "socks5/greeting.hpp"

#include "fakes.hpp"

#include <doctest/doctest.h>

using namespace fakes;
using socks5::greeting;
using socks5::method;
using socks5::method_selection;

TEST_SUITE_BEGIN("greeting, RFC 1928 section 3");

TEST_CASE("the box of the RFC, octet for octet") {
    reader read{{0x05, 0x02, 0x00, 0x02}};
    auto const hello = greeting::receive(read);
    CHECK(hello.ver == 5);
    CHECK(hello.nmethods == 2);
    CHECK(hello.offers(method::no_authentication_required));
    CHECK(hello.offers(method::username_password));
    CHECK_FALSE(hello.offers(method::gssapi));
}

TEST_CASE("it takes its own octets, all of them and no more") {
    CHECK(reads_exactly<greeting>({0x05, 0x00}));
    CHECK(reads_exactly<greeting>({0x05, 0x01, 0x00}));
    octets all{0x05, 0xff};
    for (int m = 0; m < 255; ++m) all.push_back(octet(m));
    CHECK(reads_exactly<greeting>(all));
}

TEST_CASE("another version is refused at once, with a guess at who it is") {
    auto const complaint = [](octets const& came) -> std::string {
        try {
            reader read{came};
            greeting::receive(read);
        } catch (socks5::malformed const& e) {
            return e.what();
        }
        return "no complaint";
    };
    CHECK(complaint({'G', 'E'}) == "version 0x47, expected 0x05; an HTTP client?");
    CHECK(complaint({'S', 'S'}) == "version 0x53, expected 0x05; an SSH client?");
    CHECK(complaint({0x04, 0x01}) == "version 0x04, expected 0x05; a SOCKS4 client?");
    CHECK(complaint({0x16, 0x03}) == "version 0x16, expected 0x05; a TLS client?");
    CHECK(complaint({0x00, 0x00}) == "version 0x00, expected 0x05");
}

TEST_CASE("what is shown") {
    CHECK(meaning(greeting{5, 2, {0x00, 0x01}}, "METHODS") == "no authentication required, GSSAPI");
    CHECK(meaning(greeting{5, 2, {0x03, 0x80}}, "METHODS") == "IANA assigned, reserved for private methods");
    CHECK(meaning(greeting{5, 1, {0x02}}, "NMETHODS") == "1 method");
    CHECK(meaning(method_selection{method::no_acceptable_methods}, "METHOD") == "no acceptable methods");
}

TEST_CASE("the method selection, octet for octet") {
    for (auto const m : {0x00, 0x01, 0x02, 0xff}) {
        CHECK(socks5::octets_of(method_selection{method(m)}) == octets{0x05, octet(m)});
        CHECK(shown_by(method_selection{method(m)}) == octets{0x05, octet(m)});
    }
}

TEST_SUITE_END();
