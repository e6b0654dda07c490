/// What has come, next to what was sent.
#pragma once

#include "socks5spec/message.hpp"

#include <optional>

namespace spec {

/// Where two streams of octets part, and how.
struct parting {
    std::string words;    ///< "1 octet is missing (0d)"
    std::string cause;    ///< the likely one
    socks5::fields rows;  ///< both streams around that place, from the same offset on
    std::size_t wrong;    ///< the first wrong octet in these rows
};

/// Are these octets those of the stream from this offset on? `before`: how many octets were before the stream.
std::optional<parting> difference(octets const& stream, std::size_t offset, octets const& got, std::size_t before = 0);

/// Fails unless these data of a datagram are the same. `here`: who has got them.
void expect_same_datagram(std::string const& here, octets const& wanted, octets const& got);

}  // namespace spec
