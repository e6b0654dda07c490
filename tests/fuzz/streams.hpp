/// What holds for CONNECT and BIND.
#pragma once

#include "outcome.hpp"

namespace fakes {

/// One way through the proxy: the octets, and the end behind them.
inline void check_way(octets const& sent, wire const& from, octets const& arrived, wire const& to) {
    auto const whole = arrived == sent;
    expect(arrived.size() <= sent.size() && std::equal(arrived.begin(), arrived.end(), sent.begin()),
           "octets arrive as they were sent");
    if (to.sent_end)
        expect(whole && !from.stays && from.failure.empty(), "an end comes after an end, and after all octets");
}

/// The relay between the client and the peer that is connected to this address of ours.
inline void check_relay(outcome& o, address const& ours) {
    auto const has_it = [&](auto const& peer) { return peer->local == ours; };
    auto const then = std::ranges::find_if(o.before.peers, has_it), now = std::ranges::find_if(o.after.peers, has_it);
    expect(now != o.after.peers.end(), "the address in the reply to CONNECT is one of ours");
    auto const &client = *o.after.client, &peer = **now;
    auto const up = peer.all_sent(), down = o.said.rest();
    check_way(o.heard.rest(), client, up, peer);
    check_way((*then)->incoming, peer, down, client);
    expect(o.after.record.up == up.size() && o.after.record.down == down.size(), "the log counts what arrives");
    expect(client.reset == peer.reset, "a reset is for both");

    auto const healthy = [](wire const& w) { return !w.stays && w.failure.empty() && w.connected; };
    if (healthy(client) && healthy(peer) && o.before.world.threads > 0)
        expect(client.sent_end && peer.sent_end && !peer.reset, "without trouble everything arrives");
    auto const& first = o.before.world.reversed ? peer : client;
    if (!peer.reset) expect(first.connected, "a connection that is gone before anybody has ended it was reset");
    for (auto const& other : o.after.peers)
        expect(other == *now || other->sent.empty(), "only one peer gets what the client sends");
}

inline void check_connect(outcome& o, socks5::request const& request, socks5::reply const& reply) {
    std::vector<std::string> expected;
    if (o.allowed(request.dst))
        for (auto const& way : o.ways_to(request.dst))
            if (o.allowed(way)) expected.push_back("connect " + to_string(way));
    auto const tried = o.events("connect");
    auto const success = reply.rep == socks5::rep::succeeded;
    expect(tried.size() <= expected.size() && std::equal(tried.begin(), tried.end(), expected.begin()),
           "what is tried are the ways to the target that are allowed, in their order");
    expect(success || tried.size() == expected.size(), "the proxy does not give up before all ways have been tried");
    if (success) check_relay(o, reply.bnd);
}

/// A second reply says who came; without one the client has left before.
inline void check_bind(outcome& o, socks5::request const& request) {
    expect(is_unspecified(request.dst.host) || o.allowed(request.dst), "nobody waits for whom the rules deny");
    if (over(o.said)) return;
    auto const reply = o.reply();
    if (reply.rep != socks5::rep::succeeded) return;
    auto const expected = o.ways_to(request.dst);
    auto const matches = [&](auto const& e) { return is_unspecified(e.host) || e.host == reply.bnd.host; };
    expect(std::ranges::any_of(expected, matches), "nobody else but the peer may come");
    expect(o.allowed(reply.bnd), "whom the rules deny may not come");
    auto const& callers = o.before.world.callers;
    auto const caller = std::ranges::find_if(callers, [&](auto const& c) { return c->peer == reply.bnd; });
    expect(caller != callers.end(), "the second reply says who came");
    check_relay(o, (*caller)->local);
}

}  // namespace fakes
