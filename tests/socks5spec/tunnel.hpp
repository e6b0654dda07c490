/// A client and its target, and the server under test between them.
#pragma once

#include "socks5spec/client.hpp"
#include "socks5spec/origin.hpp"

namespace spec {

struct tunnel {
    client near;
    connection far;

    /// Octets pass both ways.
    void expect_echo();
};

/// A client that has connected to a target of its own.
tunnel open_tunnel(socks5::host const& host = v4_loopback);

/// So many octets, always the same for the same seed.
octets random_octets(std::size_t n, unsigned seed);

/// Sends all of it from one side to the other, and all of the other in the opposite direction at the same time. Fails
/// unless every octet arrives in its place.
void exchange(connection& left, octets const& from_left, connection& right, octets const& from_right);

}  // namespace spec
