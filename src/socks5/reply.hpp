/// What came of a request, RFC 1928 section 6.
#pragma once

#include "socks5/address.hpp"
#include "socks5/greeting.hpp"

namespace socks5 {

enum class rep : octet {
    succeeded = 0x00,
    general_socks_server_failure = 0x01,
    connection_not_allowed_by_ruleset = 0x02,
    network_unreachable = 0x03,
    host_unreachable = 0x04,
    connection_refused = 0x05,
    ttl_expired = 0x06,
    command_not_supported = 0x07,
    address_type_not_supported = 0x08,
};

/// The phrase of RFC 1928 section 6.
inline std::string_view phrase(rep r) {
    switch (r) {
        case rep::succeeded: return "succeeded";
        case rep::general_socks_server_failure: return "general SOCKS server failure";
        case rep::connection_not_allowed_by_ruleset: return "connection not allowed by ruleset";
        case rep::network_unreachable: return "Network unreachable";
        case rep::host_unreachable: return "Host unreachable";
        case rep::connection_refused: return "Connection refused";
        case rep::ttl_expired: return "TTL expired";
        case rep::command_not_supported: return "Command not supported";
        case rep::address_type_not_supported: return "Address type not supported";
    }
    return "unassigned";
}

/// The server's reply. With any REP but "succeeded", BND is 0.0.0.0:0, and the server closes within ten seconds.
///
///     +-----+-----+-------+------+----------+----------+
///     | VER | REP |  RSV  | ATYP | BND.ADDR | BND.PORT |
///     +-----+-----+-------+------+----------+----------+
///     |  1  |  1  | X'00' |  1   | Variable |    2     |
///     +-----+-----+-------+------+----------+----------+
struct reply {
    static constexpr std::string_view title = "reply";

    socks5::rep rep = socks5::rep::succeeded;
    address bnd = {};

    void send(writer auto&& write) const {
        write({version, octet(rep), 0});
        bnd.send(write);
    }

    socks5::fields fields() const {
        socks5::fields shown{{"VER", {version}, "SOCKS version 5"},
                             {"REP", {octet(rep)}, std::string(phrase(rep))},
                             {"RSV", {0}, "reserved"}};
        std::ranges::move(bnd.fields("BND"), std::back_inserter(shown));
        return shown;
    }
};

/// A request that cannot be served: the REP to answer with, and in what() the reason for the log.
struct refused : std::runtime_error {
    refused(socks5::rep answer, std::string const& why) : std::runtime_error(why), rep(answer) {}
    socks5::rep rep;
};

}  // namespace socks5
