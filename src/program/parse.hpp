/// From what people type to what the program works with. Every function throws usage_error.
#pragma once

#include "session/settings.hpp"

#include <boost/asio/ip/tcp.hpp>

namespace plainsocks {

/// What was wrong, what was expected: one line.
struct usage_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

boost::asio::ip::address parse_address(std::string const& text);         ///< 127.0.0.1, ::1
boost::asio::ip::tcp::endpoint parse_endpoint(std::string const& text);  ///< 127.0.0.1:10800, [::1]:10800
session::cidr parse_cidr(std::string const& text);                       ///< 10.0.0.0/8, 10.1.2.3, 2001:db8::/32
session::target_rule parse_target_rule(std::string const& text);         ///< CIDR or name, :PORT or :FROM-TO or nothing
std::chrono::milliseconds parse_seconds(std::string const& text);        ///< 10, 0.5
std::string parse_file_name(std::string const& text);                    ///< any but ""
std::size_t parse_count(std::string const& text, unsigned most);         ///< from 1

void add_user(session::users& users, std::string const& name_and_password);  ///< NAME:PASSWORD
void add_users_of_file(session::users& users, std::string const& path);      ///< a NAME:PASSWORD a line, # comments

}  // namespace plainsocks
