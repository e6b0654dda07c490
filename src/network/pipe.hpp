/// Octets that go from one connection to another and never pass through this program: the system moves them, into a
/// pipe and out of it. Only Linux can do that: pipe_linux.cpp. Elsewhere there is never a pipe to be had: pipe.cpp.
#pragma once

#include "network/stream.hpp"

#include <atomic>
#include <chrono>
#include <optional>

namespace network {

class pipe {
public:
    /// A connection that rests for so long needs no pipe.
    static constexpr std::chrono::milliseconds patience{100};

    /// Takes one of the permits and two descriptors.
    pipe(std::atomic<int>& permits, stream& from, stream& to);
    ~pipe();

    pipe(pipe const&) = delete;
    pipe& operator=(pipe const&) = delete;

    /// False where the system has no such pipes, or no more of them.
    bool is_open() const { return ends_[0] >= 0; }

    /// Waits for what comes, moves it, and returns how many octets that were. 0 when nothing has come for a while, or
    /// nothing will, or what has come cannot be moved (urgent data): read_some() tells which. Throws
    /// std::system_error; otherwise the pipe is left empty. wait(stream, what) is called where the system would not
    /// wait itself, and says whether it is worth another try.
    std::size_t move_some(auto&& wait) {
        auto moved = fill();
        if (!moved && wait(from_, tcp::socket::wait_read)) moved = fill();
        for (auto left = moved.value_or(0); left > 0;) {
            auto const n = drain(left);
            if (!n) wait(to_, tcp::socket::wait_write);
            left -= n.value_or(0);
        }
        return moved.value_or(0);
    }

private:
    // How many octets were moved; nothing when the system would have to wait.
    std::optional<std::size_t> fill();
    std::optional<std::size_t> drain(std::size_t most);
    void close();

    [[maybe_unused]] std::atomic<int>& permits_;  // where there are no pipes, nobody asks
    stream& from_;
    stream& to_;
    int ends_[2] = {-1, -1};  ///< where octets come out, and where they go in
};

}  // namespace network
