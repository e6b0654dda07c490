/// Bugs in what the request means.
#include "zoo/animal.hpp"

namespace zoo {

namespace {

struct host_order_port : altered<host_order_port> {};

void carry_out(session::conversation<host_order_port>& client, socks5::request request) {
    auto const port = request.dst.port;
    request.dst.port = static_cast<std::uint16_t>(port << 8 | port >> 8);
    if (request.dst.port == port && port != 0) ++request.dst.port;  // such a port would hide the bug, now and then
    session::carry_out(client, request);
}

struct name_cut_at_nul : altered<name_cut_at_nul> {};

void carry_out(session::conversation<name_cut_at_nul>& client, socks5::request request) {
    if (auto* name = std::get_if<socks5::domainname>(&request.dst.host)) name->octets = name->octets.c_str();
    session::carry_out(client, request);
}

bool has_long_label(std::string const& name) {
    std::size_t length = 0;
    return std::ranges::any_of(name, [&](char c) { return (length = c == '.' ? 0 : length + 1) > 63; });
}

/// As in Python, where getaddrinfo() raises an exception for such a name that is no OSError.
struct no_reply_to_long_label : altered<no_reply_to_long_label> {};

void carry_out(session::conversation<no_reply_to_long_label>& client, socks5::request const& request) {
    auto const* name = std::get_if<socks5::domainname>(&request.dst.host);
    if (name != nullptr && has_long_label(name->octets)) throw std::runtime_error("label too long");
    session::carry_out(client, request);
}

struct unknown_command_connects : altered<unknown_command_connects> {};

void carry_out(session::conversation<unknown_command_connects>& client, socks5::request request) {
    if (name(request.cmd) == "unknown command") request.cmd = socks5::cmd::connect;
    session::carry_out(client, request);
}

struct insists_on_rsv : altered<insists_on_rsv> {};

void carry_out(session::conversation<insists_on_rsv>& client, socks5::request const& request) {
    if (request.rsv != 0) throw socks5::refused(socks5::rep::general_socks_server_failure, "RSV");
    session::carry_out(client, request);
}

struct no_ipv6 : altered<no_ipv6> {};

void carry_out(session::conversation<no_ipv6>& client, socks5::request const& request) {
    if (std::holds_alternative<socks5::ipv6>(request.dst.host))
        throw socks5::refused(socks5::rep::address_type_not_supported, "IPv6");
    session::carry_out(client, request);
}

struct ignores_request_version : altered<ignores_request_version> {
    int fields = 0;
};

octets read(session::conversation<ignores_request_version>& client, std::size_t n) {
    auto came = session::read(client, n);
    if (++client.net.fields == 3) came[0] = socks5::version;  // without a login the first of the request
    return came;
}

/// What comes behind ATYP is read as what is known.
struct unknown_atyp_is_ipv4 : altered<unknown_atyp_is_ipv4> {
    int fields = 0;
};

octets read(session::conversation<unknown_atyp_is_ipv4>& client, std::size_t n) {
    auto came = session::read(client, n);
    if (++client.net.fields == 4 && came[0] != 3 && came[0] != 4) came[0] = 1;
    return came;
}

}  // namespace

animals in_the_request() {
    return {
        {"host-order-port", "reads DST.PORT with the low octet first", serve<host_order_port>},
        {"name-cut-at-nul", "looks up a name up to its first zero octet", serve<name_cut_at_nul>},
        {"no-reply-to-long-label", "closes without a word when a label of the name has more than 63 octets",
         serve<no_reply_to_long_label>},
        {"unknown-command-connects", "takes an unknown CMD for CONNECT", serve<unknown_command_connects>},
        {"unknown-atyp-is-ipv4", "takes an unknown ATYP for an IPv4 address", serve<unknown_atyp_is_ipv4>},
        {"insists-on-rsv", "refuses requests with an RSV other than 00", serve<insists_on_rsv>},
        {"no-ipv6", "answers 08 to IPv6 addresses, which is no bug", serve<no_ipv6>},
        {"ignores-request-version", "does not look at VER of the request", serve<ignores_request_version>},
    };
}

}  // namespace zoo
