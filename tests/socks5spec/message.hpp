/// The messages of a client, whole or spoilt on purpose.
#pragma once

#include "socks5/request.hpp"

namespace spec {

using socks5::address;
using socks5::count_of_octets;
using socks5::octet;
using socks5::octets;

/// A message with its fields in the order of the wire.
struct message {
    std::string title;
    socks5::fields fields;

    octets whole() const;

    /// The same message with another value in a field.
    message with(std::string_view field, octets const& value) const;

    /// The same message, cut off behind so many octets; and what is behind them.
    message cut(std::size_t length) const;
    message rest(std::size_t length) const;
};

octets text(std::string_view t);
octets operator+(octets left, octets const& right);
address with_name(std::string const& name, std::uint16_t port);

message greeting(octets const& methods);
message login(std::string const& name, std::string const& password);
message request(octet cmd, address const& dst);
message udp_header(address const& dst);
message payload(octets const& some);

inline constexpr octet connect = 1, bind = 2, udp_associate = 3;

/// "05, Connection refused".
std::string rep_text(octet rep);

}  // namespace spec
