/// Octets, and how every message comes in and goes out: read(n) and write({...}).
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

namespace socks5 {

using octet = std::uint8_t;
using octets = std::vector<octet>;

/// How octets come in: read(n) delivers exactly the next n octets, however many segments they came in, or throws.
template <class F>
concept reader = requires(F read, std::size_t n) {
    { read(n) } -> std::same_as<octets>;
};

/// How they go out: write({...}) appends octets to one message. Whoever handed in `write` sends the message
/// when it is complete, in one piece.
template <class F>
concept writer = requires(F write, octets const& more) {
    write(more);
    write({octet{}, octet{}});
};

/// The next N octets, to be named at once: auto const [ver, nmethods] = take<2>(read);
template <std::size_t N>
std::array<octet, N> take(reader auto&& read) {
    std::array<octet, N> taken{};
    std::ranges::copy(read(N), taken.begin());
    return taken;
}

/// The octets of a whole message.
octets octets_of(auto const& message) {
    octets whole;
    message.send([&](octets const& more) { whole.insert(whole.end(), more.begin(), more.end()); });
    return whole;
}

/// What was received is not SOCKS5, and the RFC has no answer for it. what() says what came and what was expected.
struct malformed : std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace socks5
