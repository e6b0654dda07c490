/// What stands in front of every datagram, RFC 1928 section 7.
#pragma once

#include "socks5/address.hpp"

namespace socks5 {

/// The header of a datagram on its way between client and proxy. Behind it, DATA fills the datagram.
///
///     +-------+------+------+----------+----------+----------+
///     |  RSV  | FRAG | ATYP | DST.ADDR | DST.PORT |   DATA   |
///     +-------+------+------+----------+----------+----------+
///     |   2   |  1   |  1   | Variable |    2     | Variable |
///     +-------+------+------+----------+----------+----------+
///
/// From the client, DST is where DATA shall go; to the client, it is where DATA came from.
struct udp_header {
    static constexpr std::string_view title = "UDP header";

    std::array<octet, 2> rsv{};  ///< should be 0; whatever it is changes nothing
    octet frag = 0;              ///< 0: the datagram stands alone. Fragments are not put together
    address dst;

    static udp_header receive(reader auto&& read) {
        auto const rsv = take<2>(read);
        auto const [frag] = take<1>(read);
        return {rsv, frag, address::receive(read)};
    }

    void send(writer auto&& write) const {
        write({rsv[0], rsv[1], frag});
        dst.send(write);
    }

    socks5::fields fields() const {
        socks5::fields shown{
            {"RSV", {rsv[0], rsv[1]}, rsv == std::array<octet, 2>{} ? "reserved" : "reserved, should be 00 00"},
            {"FRAG", {frag}, frag == 0 ? "not a fragment" : "a fragment"}};
        std::ranges::move(dst.fields("DST"), std::back_inserter(shown));
        return shown;
    }
};

}  // namespace socks5
