/// From the errors of the system to exceptions, and to the words of the RFC.
#pragma once

#include "socks5/reply.hpp"

#include <boost/asio/error.hpp>

#include <exception>
#include <system_error>

namespace network {

using boost::system::error_code;

/// A connection is lost: throw lost(error).
inline std::system_error lost(error_code const& error) { return std::system_error(error); }

/// The one table from error to REP, RFC 1928 section 6.
inline socks5::rep to_rep(error_code const& error) {
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

/// What was asked for cannot be had: throw refusal(error).
inline socks5::refused refusal(error_code const& error) { return {to_rep(error), error.message()}; }

/// What run() throws, or nothing.
std::exception_ptr failure_of(auto&& run) {
    try {
        run();
    } catch (std::exception const&) {
        return std::current_exception();
    }
    return {};
}

}  // namespace network
