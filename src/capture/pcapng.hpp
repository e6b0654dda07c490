/// The blocks of a pcapng file, which Wireshark reads (draft-ietf-opsawg-pcapng).
#pragma once

#include "socks5/octets.hpp"

#include <chrono>
#include <span>
#include <string_view>

namespace capture::pcapng {

using socks5::octet;
using socks5::octets;

/// The size of every block is a multiple of this, so that a gap between two of them always has room for a filler.
constexpr std::size_t unit = 16;

/// Begins a file.
octets section_header(std::string_view program);

/// Declares the next interface, from 0: packets that begin with the header of IP.
octets interface_description(std::string_view name);

/// A packet; `time` is since 1970. The comment may be empty.
octets enhanced_packet(std::uint32_t interface, std::chrono::nanoseconds time, std::span<octet const> packet,
                       std::string_view comment);

/// A block that means nothing, of that many octets: a multiple of the unit.
octets filler(std::size_t size);

}  // namespace capture::pcapng
