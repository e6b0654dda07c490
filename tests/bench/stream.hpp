#pragma once

#include "bench/loop.hpp"

#include <netinet/in.h>

#include <cstdint>
#include <span>

namespace bench {

using octet = std::uint8_t;

/// 127.0.0.1 and this port.
sockaddr_in loopback(std::uint16_t port);

std::uint16_t port_of(int socket);

/// A socket that listens at a free port, and does not block.
descriptor listening();

/// A TCP connection for coroutines: each of the functions is to be awaited. They throw a failure.
class stream : public watched {
public:
    explicit stream(loop& l) : stream(l, descriptor()) {}
    stream(loop& l, descriptor d) : watched(std::move(d)), loop_(l) {}

private:
    /// One call that is tried now, and again whenever the loop says so.
    class call : public operation {
    public:
        explicit call(stream& s) : stream_(s) {}

        bool await_ready() { return attempt(); }

        void await_suspend(std::coroutine_handle<> by) {
            waiting = by;
            stream_.loop_.wait(stream_, *this);
        }

    protected:
        ~call() = default;

        stream& stream_;
        int error_ = 0;
    };

    class connecting final : public call {
    public:
        connecting(stream& s, sockaddr_in const& to);
        bool attempt() override;
        void await_resume() const;
    };

    class reading final : public call {
    public:
        reading(stream& s, std::span<octet> to, std::size_t least) : call(s), to_(to), least_(least) {}
        bool attempt() override;
        std::size_t await_resume() const;

    private:
        std::span<octet> to_;
        std::size_t least_, got_ = 0;
    };

    class writing final : public call {
    public:
        writing(stream& s, std::span<octet const> all) : call(s), rest_(all) {}
        bool attempt() override;
        void await_resume() const;

    private:
        std::span<octet const> rest_;
    };

    class accepting final : public call {
    public:
        explicit accepting(stream& s) : call(s) {}
        bool attempt() override;
        descriptor await_resume();

    private:
        descriptor accepted_;
    };

public:
    connecting connect(sockaddr_in const& to) { return {*this, to}; }

    /// At least that many octets, or less at the end of the stream; and not more than there is room.
    reading read(std::span<octet> to, std::size_t least) { return {*this, to, least}; }

    writing write(std::span<octet const> all) { return {*this, all}; }
    accepting accept() { return accepting(*this); }

private:
    loop& loop_;
};

}  // namespace bench
