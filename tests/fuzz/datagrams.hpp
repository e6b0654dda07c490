/// What holds for UDP ASSOCIATE.
#pragma once

#include "outcome.hpp"
#include "socks5/udp_header.hpp"

#include <numeric>

namespace fakes {

using packets = std::vector<world::packet>;

/// Each datagram that went out came in before, in the same order; some are lost.
inline void check_origins(std::deque<world::packet> const& came, packets const& went, auto const& is_origin) {
    auto next = came.begin();
    for (auto const& packet : went) {
        next = std::find_if(next, came.end(), [&](auto const& candidate) { return is_origin(candidate, packet); });
        expect(next != came.end(), "a datagram that goes out has come in");
        ++next;
    }
}

/// A datagram of the client, as one that goes to a target.
inline bool goes_out_as(outcome const& o, world::packet const& from_client, world::packet const& to_target) {
    reader read{from_client.data};
    try {
        auto const header = socks5::udp_header::receive(read);
        auto const ways = o.ways_to(header.dst);
        auto const leads_there = std::ranges::count(ways, to_target.other) > 0;
        return header.frag == 0 && o.allowed(header.dst) && leads_there && read.rest() == to_target.data;
    } catch (std::runtime_error const&) {
        return false;
    }
}

/// A datagram of a target, as the client gets it.
inline octets with_header(world::packet const& from_target) {
    return socks5::octets_of(socks5::udp_header{.dst = from_target.other}) + from_target.data;
}

/// `port`: from which the client's datagrams must come, or where it is 0, the first one decides.
inline void check_datagrams(outcome const& o, std::uint16_t port) {
    auto const& came = o.before.world;
    auto const& went = o.after.world;
    auto const host = o.before.client->peer.host;
    auto const first = std::ranges::find_if(came.from_client, [&](auto const& p) { return p.other.host == host; });
    address const client{host, port == 0 && first != came.from_client.end() ? first->other.port : port};

    check_origins(came.from_client, went.to_targets,
                  [&](auto const& from, auto const& to) { return from.other == client && goes_out_as(o, from, to); });
    check_origins(came.from_targets, went.to_client,
                  [](auto const& from, auto const& to) { return with_header(from) == to.data; });
    std::size_t up = 0, down = 0;
    std::set<address> contacted;
    for (auto const& packet : went.to_targets) {
        expect(o.allowed(packet.other), "no datagram goes where the rules forbid it");
        contacted.insert(packet.other);
        up += packet.data.size();
    }
    for (auto const& packet : went.to_client) {
        reader read{packet.data};
        expect(contacted.contains(socks5::udp_header::receive(read).dst), "only who was asked may answer");
        expect(packet.other == client, "answers go to the client");
        down += read.rest().size();
    }
    expect(o.after.record.up == up && o.after.record.down == down, "the log counts what goes through");
}

}  // namespace fakes
