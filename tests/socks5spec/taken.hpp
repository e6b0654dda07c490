/// What the system knows about the other end of a connection, if that end is on this machine.
#pragma once

#include "socks5/address.hpp"

#include <optional>

namespace spec {

/// How many octets the program at the end `there` of a TCP connection has read so far. Nothing if this system does not
/// say, or there is no such connection any more.
std::optional<std::uint64_t> taken_by_peer(socks5::address const& here, socks5::address const& there);

}  // namespace spec
