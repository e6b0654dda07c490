/// The data: two pumps between client and target.
#pragma once

#include "session/conversation.hpp"

#include <memory>
#include <mutex>

namespace session {

/// Copies octets until `from` ends. `moved(n)` is told of each n octets.
template <network Net>
void pump(Net& net, typename Net::stream& from, typename Net::stream& to, auto&& moved) {
    constexpr std::size_t size = 65'536;
    auto const buffer = std::make_unique_for_overwrite<socks5::octet[]>(size);
    while (auto const n = net.read_some(from, {buffer.get(), size})) {
        net.write(to, {buffer.get(), n});
        moved(n);
    }
}

/// Pumps in both directions until both have ended. An end in one direction is passed on and leaves the other alone.
/// An error ends both, and whoever is still connected is sent a reset, so that nobody takes a torn stream for a
/// whole one.
template <network Net>
void relay(conversation<Net>& client, typename Net::stream& target) {
    auto& net = client.net;
    auto const idle = client.settings.idle;

    // Wakes the pumps. Those that read at once, and unseen by the peers, who shall not mistake it for an end; those
    // that write to a peer who takes nothing a second later, for it rings ten times a second.
    auto alarm = net.alarm_at(after(idle), [&, rings = 0]() mutable {
        bool const at_once = ++rings <= 10;
        for (auto* stream : {&client.stream, &target}) at_once ? net.shutdown_receive(*stream) : net.end(*stream);
    });

    std::mutex guard;
    std::string error;
    auto const one_way = [&](auto& from, auto& to, auto& count, auto& ended, auto const& back_ended) {
        return [&](Net& here) {
            try {
                pump(here, from, to, [&](std::size_t n) {
                    count += n;
                    alarm.postpone(after(idle));
                });
                if (alarm.rang()) return;
                // The system reports a reset once: if it told the pump that writes, the one that reads sees an end.
                if (!back_ended && !here.connected(from)) throw std::runtime_error("connection reset");
                ended = true;
                here.shutdown_send(to);
            } catch (std::exception const& e) {
                std::lock_guard const lock(guard);
                if (error.empty()) error = e.what();
                alarm.ring_at(clock::now());
            }
        };
    };
    std::atomic<bool> up_ended = false, down_ended = false;
    net.both(one_way(client.stream, target, client.record.up, up_ended, down_ended),
             one_way(target, client.stream, client.record.down, down_ended, up_ended));

    if (alarm.rang() || !error.empty()) {
        net.reset_on_close(client.stream);
        net.reset_on_close(target);
    }
    client.record.end = !error.empty() ? error : net.stopping() ? "the proxy stops" : alarm.rang() ? "idle" : "done";
}

}  // namespace session
