/// Messages that come in pieces: whoever reads one message must call recv() until it is whole.
#pragma once

#include "socks5spec/tunnel.hpp"

namespace spec {

inline constexpr auto in_pieces =
    "The server takes what one recv() delivers for one whole message. recv() delivers what has come so far: call it "
    "again until all the octets that the message needs have come.";

/// The client is through to this target: data pass.
void expect_echo(client& c, origin& target);

/// A request to connect to a target at this host comes octet by octet.
void request_in_pieces(socks5::host const& host);

}  // namespace spec
