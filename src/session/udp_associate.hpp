/// UDP ASSOCIATE, RFC 1928 sections 4 and 6: relay datagrams as long as the TCP connection lives.
#pragma once

#include "session/udp_relay.hpp"

namespace session {

/// DST of the request is where the client's datagrams will come from, as far as it knows. A client behind a NAT knows
/// its address wrongly, so only the port counts, and 0 means that it does not know that either.
template <any_network Net>
void udp_associate(conversation<Net>& client, socks5::address const& dst) {
    if (!client.settings.offer_udp) throw socks5::refused(socks5::rep::command_not_supported, "UDP is turned off");
    auto& net = client.net;
    udp_relay<Net> relay(client, dst.port);
    auto bound = relay.bound();
    if (client.settings.udp_advertise) bound.host = *client.settings.udp_advertise;
    client.send(socks5::reply{socks5::rep::succeeded, bound});

    auto const idle = client.settings.idle;
    auto alarm = net.alarm_at(after(idle), [&] {
        client.stream.end();
        net.end_look_up();
        relay.end();
    });
    auto const moved = [&] { alarm.postpone(after(idle)); };
    auto const one_way = [&](auto relay_one_way) {
        try {
            relay_one_way();
        } catch (std::exception const&) {
            alarm.ring();  // so that the other way ends, too
            throw;
        }
    };
    bool client_left = false;
    net.both([&](Net& here) { one_way([&] { relay.from_client(here, moved); }); },
             [&](Net& here) {
                 one_way([&] { relay.from_targets(here, moved); });
                 client_left = !alarm.rang();
                 alarm.ring();
             });
    client.record.end = client_left ? "done" : cut_short(net, "idle");
}

}  // namespace session
