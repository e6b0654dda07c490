/// The greeting, RFC 1928 section 3.
#include "socks5/greeting.hpp"

#include "message.hpp"

void fuzz(socks5::octets const& input) {
    auto const greeting = received<socks5::greeting>(input);
    auto const version_5 = input.size() >= 2 && input[0] == 5;
    expect(greeting.has_value() == (version_5 && input.size() >= 2U + input[1]), "the length of a greeting is right");
    if (!greeting) return;
    expect(greeting->methods.size() == greeting->nmethods, "there are as many methods as NMETHODS says");
    for (int method = 0x00; method <= 0xff; ++method) {
        auto const offered = std::ranges::count(greeting->methods, method) > 0;
        expect(greeting->offers(socks5::method(method)) == offered, "a client offers what it has listed");
    }
}
