#include "network/listener.hpp"

#include "network/own_door.hpp"

#include <boost/system/system_error.hpp>

#include <poll.h>

namespace network {

listener::listener(asio::io_context& io, tcp::endpoint const& where) : io_(io), acceptor_(io, where) {
    prepare(acceptor_.native_handle());
}

std::optional<visitor> listener::accept() {
    while (!ended_) {
        error_code error;
        tcp::endpoint from;
        auto socket = acceptor_.accept(from, error);
        if (ended_) break;
        if (error == asio::error::connection_aborted) continue;  // it left before its turn came
        if (error) throw boost::system::system_error(error);
        return visitor{network::stream(std::move(socket)), from};
    }
    return {};
}

std::optional<visitor> listener::accept(stream& leaving) {
#ifdef POLLRDHUP
    constexpr short only_the_end = POLLRDHUP;
#else
    constexpr short only_the_end = 0;  // a reset is reported unasked
#endif
    pollfd waits[]{{acceptor_.native_handle(), POLLIN, 0}, {leaving.socket().native_handle(), POLLIN, 0}};
    while (!ended_) {
        if (::poll(waits, std::size(waits), -1) < 0 && errno != EINTR)
            throw boost::system::system_error(errno, boost::system::system_category());
        if (waits[0].revents != 0) return accept();
        if (waits[1].revents == 0) continue;
        char first = 0;
        error_code error;
        leaving.socket().receive(asio::buffer(&first, 1), tcp::socket::message_peek, error);
        if (error || waits[1].events == only_the_end) return {};
        waits[1].events = only_the_end;  // it has something to say, and will be read later
    }
    return {};
}

void listener::end() {
    if (ended_.exchange(true)) return;
    // Linux wakes accept() at a shutdown of the listening socket. Other systems say "not connected" and do nothing;
    // there a visitor wakes it: ourselves.
    if (::shutdown(acceptor_.native_handle(), SHUT_RDWR) == 0) return;
    error_code ignored;
    tcp::socket(io_).connect(own_door(acceptor_.local_endpoint(ignored)), ignored);
}

}  // namespace network
