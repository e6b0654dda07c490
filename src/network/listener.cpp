#include "network/listener.hpp"

#include "network/own_door.hpp"

namespace network {

listener::listener(asio::io_context& io, tcp::endpoint const& where) : io_(io), acceptor_(io, where) {
    prepare(acceptor_.native_handle());
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
