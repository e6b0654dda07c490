/// The data: two pumps between client and target.
#pragma once

#include "session/conversation.hpp"

#include <mutex>

namespace session {

/// Both loops tell moved(n) of each n octets. As many at once are bulk.
inline constexpr std::size_t bulk = 16'384;

/// Copies octets until `from` ends; then false. Stops and says true when they come in bulk. A buffer that was full was
/// too small.
template <network Net>
bool copy(Net& net, typename Net::stream& from, typename Net::stream& to, socks5::octets& buffer, auto&& moved) {
    constexpr std::size_t most = 65'536;  // octets
    for (int in_a_row = 0; in_a_row < 2;) {
        auto const n = net.read_some(from, buffer);
        if (n == 0) return false;
        net.write(to, std::span(buffer).first(n));
        moved(n);
        if (n == buffer.size() && n < most) buffer.resize(2 * n);
        in_a_row = n >= bulk ? in_a_row + 1 : 0;
    }
    return true;
}

/// Lets the system move the octets, which takes a third of the time, as long as they come in bulk.
template <network Net>
void splice(Net& net, typename Net::stream& from, typename Net::stream& to, auto&& moved) {
    auto pipe = net.open_pipe(from, to);
    if (!pipe.is_open()) return;
    while (auto const n = net.move_some(pipe)) {
        moved(n);
        if (n < bulk) return;
    }
}

/// Moves octets until `from` ends. Most connections chat or rest, and there may be thousands of them, so the buffer
/// begins small.
template <network Net>
void pump(Net& net, typename Net::stream& from, typename Net::stream& to, auto&& moved) {
    socks5::octets buffer(1024);
    while (copy(net, from, to, buffer, moved)) splice(net, from, to, moved);
}

/// One of the two ways through the proxy.
template <network Net>
struct direction {
    typename Net::stream& from;
    typename Net::stream& to;
    std::atomic<std::uint64_t>& moved;  ///< octets
    std::atomic<bool> ended = false;    ///< by an orderly end of `from`, which is or will be passed on
    std::atomic<bool> over = false;     ///< for whatever reason: its pump has stopped
};

/// Pumps in both directions until both have ended. An end in one direction is passed on and leaves the other alone.
/// An error ends both, and whoever is still connected is sent a reset, so that nobody takes a torn stream for a
/// whole one.
template <network Net>
void relay(conversation<Net>& client, typename Net::stream& target) {
    auto& net = client.net;
    direction<Net> up{client.stream, target, client.record.up};
    direction<Net> down{target, client.stream, client.record.down};

    // Wakes the pumps. One that reads at once, and unseen by the peers, who shall not mistake it for an end; a second
    // later one that writes to a peer who takes nothing, and so will not see this end before the reset.
    auto const idle = client.settings.idle;
    auto alarm = net.alarm_at(after(idle), [&, rings = 0]() mutable {
        bool const patient = ++rings <= alarm_rings_per_second;
        for (auto* way : {&up, &down}) {
            if (patient) net.shutdown_receive(way->from);
            if (!patient && !way->over) net.end(way->to);
        }
    });

    std::mutex guard;
    std::string error;
    auto const fail = [&](std::exception const& e) {
        std::lock_guard const lock(guard);
        if (error.empty() && !alarm.rang()) error = e.what();
        alarm.ring_at(clock::now());
    };
    auto const one_way = [&](Net& here, direction<Net>& way, direction<Net> const& back) {
        try {
            pump(here, way.from, way.to, [&](std::size_t n) {
                way.moved += n;
                alarm.postpone(after(idle));
            });
            // The system reports a reset once: if it told the pump that writes, the one that reads sees an end. In this
            // order: the way back is marked as ended before its end is sent, and only then may all be over in peace.
            if (!here.connected(way.from) && !back.ended) throw std::runtime_error("connection reset");
            if (!alarm.rang()) {
                way.ended = true;
                here.shutdown_send(way.to);
            }
        } catch (std::exception const& e) {
            fail(e);
        }
        way.over = true;
    };
    try {
        net.both([&](Net& here) { one_way(here, up, down); }, [&](Net& here) { one_way(here, down, up); });
    } catch (std::exception const& no_thread) {
        fail(no_thread);
    }

    if (alarm.rang() || !error.empty()) {
        net.reset_on_close(client.stream);
        net.reset_on_close(target);
    }
    client.record.end = !error.empty() ? error : alarm.rang() ? cut_short(net, "idle") : "done";
}

}  // namespace session
