/// BIND, RFC 1928 sections 4 and 6: wait for one connection from the target, on behalf of the client.
#pragma once

#include "session/look_up.hpp"
#include "session/relay.hpp"

namespace session {

/// Who may come: the addresses of the destination, unless the rules deny them. Throws refused when they deny all.
template <any_network Net>
std::vector<socks5::address> look_up_peers(conversation<Net>& client, socks5::address const& dst) {
    if (!is_unspecified(dst.host)) client.check(dst);
    auto peers = look_up(client.net, dst, after(client.settings.connect));
    std::erase_if(peers, [&](auto const& peer) { return !is_unspecified(peer.host) && !client.allowed(peer); });
    if (!peers.empty()) return peers;
    throw socks5::refused(socks5::rep::connection_not_allowed_by_ruleset,
                          to_string(dst) + " leads to nobody who may come");
}

/// Where the target will find us: our own address on the way to it. A destination of zeros stands for any peer;
/// then it is the address on which the client has found us.
template <any_network Net>
typename Net::listener listen(conversation<Net>& client, socks5::address const& expected) {
    auto const anybody = is_unspecified(expected.host);
    return client.net.listen(anybody ? client.stream.local().host : client.net.route_to(expected));
}

/// Is this the peer that the client waits for? RFC 1928 section 6: DST.ADDR says who. Not DST.PORT, for nobody knows
/// from which port a peer will come.
template <any_network Net>
bool welcome(conversation<Net>& client, socks5::address const& peer, std::vector<socks5::address> const& expected) {
    auto const matches = [&](auto const& e) { return is_unspecified(e.host) || e.host == peer.host; };
    return std::ranges::any_of(expected, matches) && client.allowed(peer);
}

/// The peer's connection. Strangers are closed, and the wait goes on; what the client says meanwhile is for the peer.
/// Throws refused when the limit has passed, and another exception when the client has left meanwhile.
template <any_network Net>
typename Net::stream accept_peer(conversation<Net>& client, typename Net::listener& listener,
                                 std::vector<socks5::address> const& expected) {
    constexpr std::size_t most = 65'536;  // octets: nobody needs to say more before
    auto& net = client.net;
    auto& ahead = client.ahead;
    auto const alarm = net.alarm_at(after(client.settings.bind), [&] { listener.end(); });
    auto watcher = net.watch(client.stream, [&](std::span<socks5::octet const> said) {
        ahead.insert(ahead.end(), said.begin(), said.end());
        return ahead.size() < most;
    });
    while (auto peer = net.accept(listener, watcher))
        if (welcome(client, peer->peer(), expected)) return std::move(*peer);
    if (alarm.rang()) throw socks5::refused(socks5::rep::host_unreachable, cut_short(net, "nobody came in time"));
    throw std::runtime_error("the client left while it waited for its peer");
}

/// Listens, tells the client where, and waits. Nobody but the peer gets in: the listener is closed on return.
template <any_network Net>
typename Net::stream await_peer(conversation<Net>& client, std::vector<socks5::address> const& expected) {
    auto listener = listen(client, expected.front());
    client.send(socks5::reply{socks5::rep::succeeded, listener.local()});
    return accept_peer(client, listener, expected);
}

/// Two replies: where we wait, and who came.
template <any_network Net>
void bind(conversation<Net>& client, socks5::address const& dst) {
    if (!client.settings.offer_bind) throw socks5::refused(socks5::rep::command_not_supported, "BIND is turned off");
    auto peer = await_peer(client, look_up_peers(client, dst));
    client.send(socks5::reply{socks5::rep::succeeded, peer.peer()});
    relay(client, peer);
}

}  // namespace session
