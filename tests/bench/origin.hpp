#pragma once

#include "bench/failure.hpp"
#include "bench/stream.hpp"

#include <thread>

namespace bench {

/// Answers each octet with the next one, in a thread of its own: so an answer proves that the octet was there.
class origin {
public:
    explicit origin(failures& failed);

    std::uint16_t port() const { return port_; }

private:
    task accept();
    task answer(descriptor d);

    failures& failed_;
    loop loop_;
    stream listener_;
    std::uint16_t port_;
    std::jthread thread_;  // the last one: it ends before the others go
};

/// What the origin answers.
inline void next_octets(std::span<octet> octets) {
    for (auto& o : octets) ++o;
}

}  // namespace bench
