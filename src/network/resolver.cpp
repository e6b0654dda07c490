#include "network/resolver.hpp"

#include <boost/asio/ip/tcp.hpp>

namespace network {

ip_addresses addresses_of(std::string const& name, asio::io_context& io, error_code& error) {
    using asio::ip::tcp;
    ip_addresses found;
    try {
        for (auto const& entry : tcp::resolver(io).resolve(name, "", tcp::resolver::flags(), error))
            found.push_back(entry.endpoint().address());
    } catch (std::exception const&) {
        error = asio::error::no_memory;
    }
    return found;
}

}  // namespace network
