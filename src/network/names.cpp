#include "network/names.hpp"

#include <boost/asio/ip/tcp.hpp>

namespace network {

std::vector<boost::asio::ip::address> addresses_of(std::string const& name, boost::asio::io_context& io,
                                                   boost::system::error_code& error) {
    using boost::asio::ip::tcp;
    std::vector<boost::asio::ip::address> addresses;
    try {
        for (auto const& entry : tcp::resolver(io).resolve(name, "", tcp::resolver::flags(), error))
            addresses.push_back(entry.endpoint().address());
    } catch (std::exception const&) {
        error = boost::asio::error::no_memory;
    }
    return addresses;
}

}  // namespace network
