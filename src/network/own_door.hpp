/// How a socket is reached by its own program, to wake whoever waits on it.
#pragma once

#include <boost/asio/ip/address.hpp>

namespace network {

/// Where a socket that is bound to `local` can be reached from this machine.
template <class Endpoint>
Endpoint own_door(Endpoint local) {
    namespace asio = boost::asio;
    if (!local.address().is_unspecified()) return local;
    if (local.address().is_v4()) return {asio::ip::address_v4::loopback(), local.port()};
    return {asio::ip::address_v6::loopback(), local.port()};
}

}  // namespace network
