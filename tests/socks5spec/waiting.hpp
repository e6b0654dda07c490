/// The one way in which the tester waits: until a socket is ready, or the time is up.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>

#include <chrono>
#include <functional>
#include <vector>

namespace spec {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;
using boost::system::error_code;
using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;
using time_point = clock::time_point;

/// All sockets of the tester belong to it. There is one thread.
asio::io_context& io();

/// Waits for the first of several sockets.
class waiting {
public:
    template <class Socket>
    waiting& readable(Socket& socket) {
        return add(socket, Socket::wait_read);
    }

    template <class Socket>
    waiting& writable(Socket& socket) {
        return add(socket, Socket::wait_write);
    }

    /// False when none has become ready by then.
    bool until(time_point limit);

private:
    template <class Socket>
    waiting& add(Socket& socket, typename Socket::wait_type what) {
        socket.async_wait(what,
                          [this](error_code error) { ready_ = ready_ || error != asio::error::operation_aborted; });
        cancels_.push_back([&socket] { socket.cancel(); });
        return *this;
    }

    bool ready_ = false;
    std::vector<std::function<void()>> cancels_;
};

}  // namespace spec
