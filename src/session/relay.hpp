/// The data: two pumps between client and target.
#pragma once

#include "session/conversation.hpp"

#include <mutex>
#include <utility>

namespace session {

/// As many octets at once are bulk.
inline constexpr std::size_t bulk = 16'384;

/// Copies octets until `from` ends; then false. Stops and says true when they come in bulk. A buffer that was full is
/// doubled. Calls moved(n) for each n octets, as does splice().
template <any_network Net>
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
template <any_network Net>
void splice(Net& net, typename Net::stream& from, typename Net::stream& to, auto&& moved) {
    auto pipe = net.open_pipe(from, to);
    if (!pipe.is_open()) return;
    while (auto const n = net.move_some(pipe)) {
        moved(n);
        if (n < bulk) return;
    }
}

/// One of the two ways through the proxy.
template <any_network Net>
struct direction {
    typename Net::stream& from;
    typename Net::stream& to;
    std::atomic<std::uint64_t>& moved;  ///< octets
    std::atomic<bool> ended = false;    ///< by an orderly end of `from`, which is or will be passed on
    std::atomic<bool> over = false;     ///< for whatever reason: its pump has stopped
};

/// Moves octets until `from` ends: first those that have come ahead. Most connections chat or rest, and there may be
/// thousands of them, so the buffer begins small.
template <any_network Net>
void pump(Net& net, direction<Net>& way, socks5::octets const& ahead, auto&& moved) {
    if (!ahead.empty()) {
        net.write(way.to, ahead);
        moved(ahead.size());
    }
    socks5::octets buffer(1024);
    while (copy(net, way.from, way.to, buffer, moved)) splice(net, way.from, way.to, moved);
}

/// Pumps in both directions until both have ended. There are four endings:
///
///     what happens               | what client and target see | what the log says
///     ---------------------------+----------------------------+---------------------
///     both have sent their end   | the other's end, each      | done
///     a connection fails         | a reset                    | what the system says
///     nothing moves for too long | a reset                    | idle
///     the proxy stops            | a reset                    | the proxy stops
///
/// An end in one direction is passed on and leaves the other alone. In the last three cases an alarm wakes the pumps;
/// and the reset tells whoever is still there not to take a torn stream for a whole one.
template <any_network Net>
class two_pumps {
public:
    two_pumps(conversation<Net>& client, typename Net::stream& target)
        : client_(client),
          up_{client.stream, target, client.record.up},
          down_{target, client.stream, client.record.down},
          alarm_(client.net.alarm_at(after(idle()), [this] { wake(); })) {}

    /// Returns why it ended, as the log says it.
    std::string run() {
        auto const ahead = std::exchange(client_.ahead, {});
        try {
            client_.net.both([&](Net& here) { one_way(here, up_, down_, ahead); },
                             [&](Net& here) { one_way(here, down_, up_, {}); });
        } catch (std::exception const& no_thread) {
            fail(no_thread.what());
        }
        if (!alarm_.rang()) return "done";
        client_.stream.reset_on_close();
        down_.from.reset_on_close();
        return failure_.empty() ? cut_short(client_.net, "idle") : failure_;
    }

private:
    void one_way(Net& net, direction<Net>& way, direction<Net> const& back, socks5::octets const& ahead) {
        try {
            pump(net, way, ahead, [&](std::size_t n) {
                way.moved += n;
                alarm_.postpone(after(idle()));
            });
            // Is it an end? After a reset the system tells only one of the pumps; the other one reads an end. It was a
            // reset if the connection is gone although our own end has not been sent on it. So `ended` is set before
            // the end is sent.
            if (!way.from.connected() && !back.ended) throw std::runtime_error("connection reset");
            if (!alarm_.rang()) {
                way.ended = true;
                way.to.shutdown_send();
            }
        } catch (std::exception const& e) {
            fail(e.what());
        }
        way.over = true;
    }

    /// The first failure counts: what fails after the alarm has rung is our own doing.
    void fail(std::string const& why) {
        std::lock_guard const lock(mutex_);
        if (!alarm_.rang()) failure_ = why;
        alarm_.ring();
    }

    /// The alarm. A pump that reads is woken at once, unseen by the peers, who shall not mistake it for an end; a
    /// second later one that writes to a peer who takes nothing, and so will not see this end before the reset.
    void wake() {
        bool const patient = ++rings_ <= alarm_rings_per_second;
        for (auto* way : {&up_, &down_}) {
            if (patient) way->from.shutdown_receive();
            if (!patient && !way->over) way->to.end();
        }
    }

    std::chrono::milliseconds idle() const { return client_.settings.idle; }

    conversation<Net>& client_;
    direction<Net> up_, down_;
    std::mutex mutex_;
    std::string failure_;
    int rings_ = 0;
    typename Net::alarm alarm_;
};

template <any_network Net>
void relay(conversation<Net>& client, typename Net::stream& target) {
    client.record.end = two_pumps<Net>(client, target).run();
}

}  // namespace session
