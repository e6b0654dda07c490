#include "network/blocking.hpp"

#include <poll.h>

namespace network {

std::optional<blocking::visitor> blocking::accept(listener& l, stream& leaving) {
    pollfd waits[]{{l.acceptor().native_handle(), POLLIN, 0}, {leaving.socket().native_handle(), POLLIN, 0}};
    while (waits[0].revents == 0) {
        if (::poll(waits, std::size(waits), -1) < 0) {
            if (errno != EINTR) refuse({errno, boost::system::system_category()});
            continue;
        }
        if (waits[1].revents != 0 && !stays(leaving, receive)) return {};
        if (leaving.is_far_ahead()) waits[1].fd = -1;  // enough is kept
    }
    return at_once::accept(l, [](tcp::acceptor& acceptor, tcp::endpoint& from, error_code& error) {
        return acceptor.accept(from, error);
    });
}

}  // namespace network
