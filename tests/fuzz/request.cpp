/// The request, RFC 1928 section 4.
#include "socks5/request.hpp"

#include "message.hpp"

void fuzz(socks5::octets const& input) {
    auto const request = received<socks5::request>(input);
    if (!request) return;
    expect(request->ver == input[0] && request->cmd == socks5::cmd(input[1]) && request->rsv == input[2],
           "the fields of a request are where the RFC has them");
    check(request->dst);
}
