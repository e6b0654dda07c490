#include "bench/stream.hpp"

#include "bench/failure.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace bench {

namespace {

bool not_yet(int error) { return error == EAGAIN || error == EINPROGRESS || error == EALREADY || error == ENOTCONN; }

void check(char const* what, int error) {
    errno = error;
    if (error != 0) fail(what);
}

}  // namespace

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

std::uint16_t port_of(int socket) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) fail("getsockname");
    return ntohs(address.sin_port);
}

descriptor listening() {
    descriptor made(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    auto const at = loopback(0);
    if (::bind(made.number(), reinterpret_cast<sockaddr const*>(&at), sizeof at) != 0) fail("bind");
    if (::listen(made.number(), SOMAXCONN) != 0) fail("listen");
    return made;
}

stream::connecting::connecting(stream& s, sockaddr_in const& to) : call(s) {
    s.become(descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)));
    if (s.number() < 0 || ::connect(s.number(), reinterpret_cast<sockaddr const*>(&to), sizeof to) != 0) error_ = errno;
}

bool stream::connecting::attempt() {
    if (error_ != 0 && !not_yet(error_)) return true;
    // On loopback a connection is there at once: then this asks the system less often than SO_ERROR does.
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    error_ = ::getpeername(stream_.number(), reinterpret_cast<sockaddr*>(&peer), &size) == 0 ? 0 : errno;
    if (error_ != ENOTCONN) return true;
    int cause = 0;
    size = sizeof cause;
    ::getsockopt(stream_.number(), SOL_SOCKET, SO_ERROR, &cause, &size);
    if (cause != 0) error_ = cause;
    return cause != 0;
}

void stream::connecting::await_resume() const { check("connect", error_); }

bool stream::reading::attempt() {
    while (got_ < least_) {
        auto const n = ::recv(stream_.number(), to_.data() + got_, to_.size() - got_, 0);
        if (n < 0 && errno == EAGAIN) return false;
        if (n < 0) error_ = errno;
        if (n <= 0) return true;
        got_ += std::size_t(n);
    }
    return true;
}

std::size_t stream::reading::await_resume() const {
    check("read", error_);
    return got_;
}

bool stream::writing::attempt() {
    while (!rest_.empty()) {
        auto const n = ::send(stream_.number(), rest_.data(), rest_.size(), MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) return false;
        if (n < 0) error_ = errno;
        if (n < 0) return true;
        rest_ = rest_.subspan(std::size_t(n));
    }
    return true;
}

void stream::writing::await_resume() const { check("write", error_); }

bool stream::accepting::attempt() {
    do accepted_ = descriptor(::accept4(stream_.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    while (accepted_.number() < 0 && errno == ECONNABORTED);
    if (accepted_.number() >= 0) return true;
    error_ = errno == EAGAIN ? 0 : errno;
    return error_ != 0;
}

descriptor stream::accepting::await_resume() {
    check("accept", error_);
    return std::move(accepted_);
}

}  // namespace bench
