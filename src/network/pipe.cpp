#include "network/pipe.hpp"

#ifdef __linux__

#include "network/errors.hpp"

#include <fcntl.h>
#include <sys/time.h>
#include <unistd.h>

namespace network {

namespace {

constexpr int size = 256 * 1024;  // octets; four times what a pipe has by itself, which halves the cost per octet

/// How long splice() waits for octets on this connection; 0 is for ever. A connection that rests needs no pipe.
void wait_at_most(stream& s, suseconds_t microseconds) {
    timeval const time{0, microseconds};
    ::setsockopt(s.socket().native_handle(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
}

/// At most `most` octets; 0 when there were none in time.
std::size_t move(int from, int to, std::size_t most) {
    for (;;) {
        auto const n = ::splice(from, nullptr, to, nullptr, most, 0);
        if (n >= 0) return static_cast<std::size_t>(n);
        if (errno == EAGAIN) return 0;
        if (errno != EINTR) lost({errno, boost::system::system_category()});
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
        wait_at_most(from_, 100'000);
    }
}

pipe::~pipe() {
    if (!is_open()) return;
    wait_at_most(from_, 0);
    close();
}

void pipe::close() {
    for (int& end : ends_) ::close(std::exchange(end, -1));
    ++permits_;
}

std::size_t pipe::move_some() {
    if (from_.has_more()) return 0;
    auto const moved = move(from_.socket().native_handle(), ends_[1], size);
    for (auto left = moved; left > 0;) left -= move(ends_[0], to_.socket().native_handle(), left);
    return moved;
}

}  // namespace network

#else

namespace network {

pipe::pipe(std::atomic<int>& permits, stream& from, stream& to) : permits_(permits), from_(from), to_(to) {}
pipe::~pipe() = default;
void pipe::close() {}
std::size_t pipe::move_some() { return 0; }

}  // namespace network

#endif
