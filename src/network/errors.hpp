/// From the errors of the system to the words of the RFC.
#pragma once

#include "socks5/reply.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace network {

/// A connection is lost, or was ended while more was expected.
[[noreturn]] inline void lost(boost::system::error_code const& error) {
    if (error == boost::asio::error::eof) throw std::runtime_error("broke off");
    throw std::runtime_error(error.message());
}

/// The one table from error to REP, RFC 1928 section 6.
inline socks5::rep to_rep(boost::system::error_code const& error) {
    namespace asio = boost::asio;
    using enum socks5::rep;
    if (error == asio::error::connection_refused) return connection_refused;
    if (error == asio::error::network_unreachable) return network_unreachable;
    if (error == asio::error::network_down) return network_unreachable;
    if (error == asio::error::address_family_not_supported) return network_unreachable;  // no such network here
    if (error == asio::error::host_unreachable) return host_unreachable;
    if (error == asio::error::timed_out) return host_unreachable;       // 06, TTL expired, is not about time
    if (error == asio::error::host_not_found) return host_unreachable;  // the RFC knows no better one for names
    if (error == asio::error::host_not_found_try_again) return host_unreachable;
    if (error == asio::error::no_data) return host_unreachable;
    if (error == boost::system::errc::permission_denied) return connection_not_allowed_by_ruleset;  // of a firewall
    if (error == boost::system::errc::operation_not_permitted) return connection_not_allowed_by_ruleset;  // likewise
    return general_socks_server_failure;
}

[[noreturn]] inline void refuse(boost::system::error_code const& error) {
    throw socks5::refused(to_rep(error), error.message());
}

}  // namespace network
