#include "network/listener.hpp"

namespace network {

listener::listener(asio::io_context& io, tcp::endpoint const& where) : acceptor_(io, where) {
    prepare(acceptor_.native_handle());
}

void listener::end() {
    if (ended_.exchange(true)) return;
    // Linux wakes accept() when the listening socket is shut down. Other systems say "not connected" and do nothing;
    // there a connection wakes it: our own.
    if (::shutdown(acceptor_.native_handle(), tcp::socket::shutdown_both) == 0) return;
    error_code ignored;
    tcp::socket(acceptor_.get_executor()).connect(way_to_ourselves(acceptor_.local_endpoint(ignored)), ignored);
}

}  // namespace network
