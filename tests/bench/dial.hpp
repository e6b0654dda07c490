#pragma once

#include "bench/stream.hpp"

#include <optional>

namespace bench {

/// The client's part of SOCKS5 on a connected stream: greeting, this command for that address, reply. It never sends
/// ahead of an answer.
task ask(stream& s, octet command, sockaddr_in dst, sockaddr_in& bnd);

/// Connects the stream to an origin at that port: through the server, or directly when there is none.
task dial(stream& s, std::optional<sockaddr_in> server, std::uint16_t port);

constexpr octet cmd_connect = 1, cmd_udp_associate = 3;

}  // namespace bench
