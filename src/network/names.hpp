/// From a name to addresses.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>

#include <vector>

namespace network {

/// The system's look-up, getaddrinfo(). It may take half a minute, and cannot be interrupted.
std::vector<boost::asio::ip::address> addresses_of(std::string const& name, boost::asio::io_context& io,
                                                   boost::system::error_code& error);

}  // namespace network
