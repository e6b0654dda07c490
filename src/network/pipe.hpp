/// Octets that go from one connection to another and never pass through this program: the system moves them, into a
/// pipe and out of it. Linux only.
#pragma once

#include "network/stream.hpp"

#include <atomic>

namespace network {

class pipe {
public:
    /// Takes one of the permits and two descriptors.
    pipe(std::atomic<int>& permits, stream& from, stream& to);
    ~pipe();

    pipe(pipe const&) = delete;
    pipe& operator=(pipe const&) = delete;

    /// False where the system has no such pipes, or no more of them.
    bool is_open() const { return ends_[0] >= 0; }

    /// Waits for what comes, moves it, and returns how many octets that were. 0 when nothing has come for a while, or
    /// nothing will: read_some() tells which. Throws std::runtime_error; otherwise the pipe is left empty.
    std::size_t move_some();

private:
    void close();

    std::atomic<int>& permits_;
    stream& from_;
    stream& to_;
    int ends_[2] = {-1, -1};  ///< where octets come out, and where they go in
};

}  // namespace network
