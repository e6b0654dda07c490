/// CONNECT, RFC 1928 section 4: reach the target, answer, relay.
#pragma once

#include "session/look_up.hpp"
#include "session/relay.hpp"

namespace session {

/// A connection to the first address of the destination that takes one, all within one time limit. Throws refused
/// with the failure of the last address.
template <any_network Net>
typename Net::stream reach(conversation<Net>& client, socks5::address const& dst) {
    auto const limit = after(client.settings.connect);
    client.check(dst);
    std::optional<socks5::refused> failure;
    for (auto const& address : look_up(client.net, dst, limit)) {
        if (failure && clock::now() >= limit) break;
        try {
            client.check(address);  // what counts is where the connection goes, not what the name was
            auto target = client.net.open_stream(address);
            client.net.connect(target, limit);
            return target;
        } catch (socks5::refused const& r) {
            failure = r;
        }
    }
    throw *failure;
}

template <any_network Net>
void connect(conversation<Net>& client, socks5::address const& dst) {
    auto target = reach(client, dst);
    client.send(socks5::reply{socks5::rep::succeeded, target.local()});
    relay(client, target);
}

}  // namespace session
