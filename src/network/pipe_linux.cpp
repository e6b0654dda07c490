#include "network/pipe.hpp"

#include <fcntl.h>
#include <sys/time.h>
#include <unistd.h>

namespace network {

namespace {

constexpr int size = 256 * 1024;  // octets; four times what a pipe has by itself, which halves the cost per octet

/// How long splice() waits for octets on this connection, if it waits at all; zero is for ever.
void wait_at_most(stream& s, std::chrono::microseconds limit) {
    timeval const time{0, static_cast<suseconds_t>(limit.count())};
    ::setsockopt(s.socket().native_handle(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
}

std::optional<std::size_t> move(int from, int to, std::size_t most) {
    for (;;) {
        auto const n = ::splice(from, nullptr, to, nullptr, most, 0);
        if (n >= 0) return static_cast<std::size_t>(n);
        if (errno == EAGAIN) return {};
        if (errno != EINTR) throw lost({errno, boost::system::system_category()});
    }
}

}  // namespace

pipe::pipe(std::atomic<int>& permits, stream& from, stream& to) : permits_(permits), from_(from), to_(to) {
    if (permits_ <= 0) return;
    --permits_;  // with others, perhaps, at the same time: one too many does no harm
    if (::pipe2(ends_, O_CLOEXEC) != 0) {
        ++permits_;
    } else if (::fcntl(ends_[0], F_SETPIPE_SZ, size) < 0) {  // this user has too many already
        close();
    } else {
        wait_at_most(from_, patience);
    }
}

pipe::~pipe() {
    if (!is_open()) return;
    wait_at_most(from_, {});
    close();
}

void pipe::close() {
    for (int& end : ends_) ::close(std::exchange(end, -1));
    ++permits_;
}

std::optional<std::size_t> pipe::fill() { return move(from_.socket().native_handle(), ends_[1], size); }
std::optional<std::size_t> pipe::drain(std::size_t most) { return move(ends_[0], to_.socket().native_handle(), most); }

}  // namespace network
