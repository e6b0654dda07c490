/// UDP ASSOCIATE, RFC 1928 sections 4 and 6: relay datagrams as long as the TCP connection lives.
#pragma once

#include "session/udp_relay.hpp"

namespace session {

/// Reads the client's connection to its end; what comes meanwhile means nothing.
template <network Net>
void wait_for_end(Net& net, typename Net::stream& stream) {
    socks5::octets ignored(512);
    try {
        while (net.read_some(stream, ignored) > 0) continue;
    } catch (std::exception const&) {
        // A reset is an end like any other.
    }
}

/// DST of the request is where the client's datagrams will come from, as far as it knows. A client behind a NAT knows
/// its address wrongly, so only the port counts, and 0 means that it does not know that either.
template <network Net>
void udp_associate(conversation<Net>& client, socks5::address const& dst) {
    if (!client.settings.offer_udp) throw socks5::refused(socks5::rep::command_not_supported, "UDP is turned off");
    auto& net = client.net;
    udp_relay<Net> relay(client, dst.port);
    auto bound = relay.bound();
    if (client.settings.udp_advertise) bound.host = *client.settings.udp_advertise;
    client.send(socks5::reply{socks5::rep::succeeded, bound});

    auto const idle = client.settings.idle;
    auto alarm = net.alarm_at(after(idle), [&] {
        net.end(client.stream);
        net.end_look_up();
        relay.end(net);
    });
    bool client_left = false;
    std::string error;
    auto const datagrams = [&](Net& here) {
        try {
            relay.run(here, [&] { alarm.postpone(after(idle)); });
        } catch (std::exception const& e) {
            error = e.what();
            alarm.ring_at(clock::now());
        }
    };
    auto const watch = [&](Net& here) {
        wait_for_end(here, client.stream);
        client_left = !alarm.rang();
        alarm.ring_at(clock::now());
    };
    net.both(datagrams, watch);
    client.record.end = !error.empty() ? error : client_left ? "done" : cut_short(net, "idle");
}

}  // namespace session
