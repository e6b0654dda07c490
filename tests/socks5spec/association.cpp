#include "socks5spec/association.hpp"

#include "socks5/udp_header.hpp"

namespace spec {

association::association(bool anonymous) : near("client", control.local().host) {
    control.greet();
    control.send(request(udp_associate, anonymous ? address{} : near.where()));
    stands_on(plain::udp_reply);
    auto const came = control.receive_reply();
    if (came.rep != 0) not_supported("udp", "REP " + rep_text(came.rep));
    stands_on(plain::reply);
    told = relay = came.bnd;
    if (is_unspecified(relay.host)) relay.host = control.remote().host;
    if (std::holds_alternative<socks5::domainname>(relay.host))
        fail("an address in BND", to_string(relay), "A client cannot be asked to look up a name: tell the address.");
    current().filter = "udp.port == " + std::to_string(relay.port);
}

void association::send(message const& header, octets const& data) {
    stands_on(plain::datagram);
    current().story.push_back({"client => server  " + header.title, header.fields});
    near.send(relay, header.whole() + data);
}

association::answer association::receive(octets const& data) {
    auto const datagram = near.receive().data;
    if (!data.empty() && datagram == data)
        fail("a header, and the data behind it",
             "the " + count_of_octets(data.size()) + " of the target, without a header",
             "The server passes the target's data on as they are. It must put a header in front: 00 00, 00, ATYP, "
             "address and port of the sender.");
    std::size_t at = 0;
    auto const read = [&](std::size_t n) {
        if (n > datagram.size() - at)
            fail("a header of ten octets or more",
                 datagram.empty() ? "an empty datagram"
                                  : count_of_octets(datagram.size()) + ": " + socks5::hex(datagram));
        auto const first = datagram.begin() + std::ptrdiff_t(at);
        at += n;
        return octets(first, first + std::ptrdiff_t(n));
    };
    auto const header = socks5::udp_header::receive(read);
    current().story.push_back({"server => client  datagram", header.fields()});
    auto const wrong = [&](std::string const& field, std::string const& expected, std::string const& got) {
        current().story.back().wrong = {field, 0};
        fail(field + ' ' + expected, field + ' ' + got,
             "In front of the data stands a header: RSV 00 00, FRAG 00, ATYP, address and port of whom the data come "
             "from.");
    };
    if (header.rsv != std::array<octet, 2>{}) wrong("RSV", "00 00", socks5::hex({header.rsv[0], header.rsv[1]}));
    if (header.frag != 0) wrong("FRAG", "00", socks5::hex(header.frag));
    if (!header.dst.known()) wrong("ATYP", "01, 03 or 04", to_string(header.dst));
    return {header.dst, read(datagram.size() - at)};
}

void association::expect(answer const& came, bool from_there, std::string const& source, octets const& data) {
    near.expect_same(data, came.data);
    if (from_there) return;
    current().story.back().wrong = {"DST.ADDR", 0};
    fail("the address of who has answered, " + source, to_string(came.source),
         "The header of an answer names its sender: what recvfrom() reports, in network octet order.");
}

void association::expect_answer(address const& source, octets const& data) {
    auto const came = receive(data);
    expect(came, came.source == source, to_string(source), data);
}

void association::expect_answer_from_port(std::uint16_t port, octets const& data) {
    auto const came = receive(data);
    expect(came, came.source.port == port, "port " + std::to_string(port), data);
}

address association::expect_echo(udp_port& target, octets const& data) {
    send(target.where(), data);
    auto const got = target.receive();
    target.expect_same(data, got.data);
    target.send(got.from, data);
    expect_answer(target.where(), data);
    return got.from;
}

}  // namespace spec
