#pragma once

#include "bench/stream.hpp"

#include <cstring>
#include <vector>

namespace bench {

/// An endless stream of octets that repeats itself only after a prime number of them. So octets that are lost, doubled
/// or out of order show at once, unless it is just that many of them; and those are missed when all are counted.
class pattern {
public:
    static constexpr std::size_t longest = 65536;  // the buffers of several streams shall fit into a cache

    pattern() : octets_(period + longest) {
        std::uint64_t random = 1;
        for (std::size_t i = 0; i < octets_.size(); ++i) {
            random = random * 6364136223846793005U + 1442695040888963407U;
            octets_[i] = i < period ? octet(random >> 56) : octets_[i - period];
        }
    }

    /// From this place in the stream, up to `longest` octets.
    octet const* at(std::uint64_t place) const { return octets_.data() + place % period; }

    bool matches(std::uint64_t place, std::span<octet const> came) const {
        return std::memcmp(at(place), came.data(), came.size()) == 0;
    }

private:
    static constexpr std::size_t period = 65521;

    std::vector<octet> octets_;
};

}  // namespace bench
