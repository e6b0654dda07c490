/// Addresses as they stand in every request, reply and datagram: RFC 1928 sections 4, 5 and 7.
#pragma once

#include "socks5/field.hpp"
#include "socks5/host.hpp"

namespace socks5 {

/// A host and a port.
///
///     +------+----------+------+
///     | ATYP |   ADDR   | PORT |
///     +------+----------+------+
///     |  1   | Variable |  2   |
///     +------+----------+------+
struct address {
    socks5::host host = ipv4{};
    std::uint16_t port = 0;  ///< a number; on the wire it is two octets, the high one first

    std::strong_ordering operator<=>(address const&) const = default;

    /// Stops after ATYP when the type is unknown: the length of what follows then is unknown, too.
    static address receive(reader auto&& read) {
        auto const [type] = take<1>(read);
        switch (atyp(type)) {
            case atyp::ipv4: {
                auto const ip = take<4>(read);
                return {ipv4{ip}, receive_port(read)};
            }
            case atyp::domainname: {
                auto const [length] = take<1>(read);
                auto const name = read(length);
                return {domainname{{name.begin(), name.end()}}, receive_port(read)};
            }
            case atyp::ipv6: {
                auto const ip = take<16>(read);
                return {ipv6{ip}, receive_port(read)};
            }
        }
        return {unknown_host{type}, 0};
    }

    void send(writer auto&& write) const {
        write({type()});
        write(addr_octets());
        write(port_octets());
    }

    /// False when the type of the address is one that the RFC does not know.
    bool known() const { return !std::holds_alternative<unknown_host>(host); }

    /// ATYP, DST.ADDR and DST.PORT, or with the prefix BND, ATYP, BND.ADDR and BND.PORT.
    socks5::fields fields(std::string const& prefix) const {
        auto const name = std::visit([](auto const& h) { return std::string(type_name(h)); }, host);
        socks5::fields shown{{"ATYP", {type()}, name}};
        if (!known()) return shown;
        auto const* domain = std::get_if<domainname>(&host);
        auto const length = domain != nullptr ? count_of_octets(domain->octets.size()) + ": " : "";
        shown.push_back({prefix + ".ADDR", addr_octets(), length + to_string(host)});
        shown.push_back({prefix + ".PORT", port_octets(), std::to_string(port)});
        return shown;
    }

private:
    octet type() const {
        return std::visit([](auto const& h) { return socks5::type(h); }, host);
    }

    octets addr_octets() const {
        return std::visit([](auto const& h) { return encoded(h); }, host);
    }

    octets port_octets() const { return {octet(port >> 8), octet(port)}; }

    static std::uint16_t receive_port(reader auto&& read) {
        auto const [high, low] = take<2>(read);
        return static_cast<std::uint16_t>(high << 8 | low);
    }
};

/// "127.0.0.1:80", "[::1]:80", "localhost:80".
inline std::string to_string(address const& a) {
    auto const text = to_string(a.host);
    if (!a.known()) return text;
    return (std::holds_alternative<ipv6>(a.host) ? '[' + text + ']' : text) + ':' + std::to_string(a.port);
}

}  // namespace socks5
