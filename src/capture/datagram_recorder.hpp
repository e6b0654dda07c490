/// The datagrams of a UDP socket of the proxy, recorded.
#pragma once

#include "capture/packet.hpp"
#include "capture/recorder.hpp"
#include "socks5/reply.hpp"

#include <map>

namespace capture {

/// May be told by several threads.
class datagram_recorder {
public:
    /// A socket may listen on all addresses of this machine; route(host) says which of them stands in the packets to
    /// and from a host, or throws refused. The comment goes with the first packet.
    datagram_recorder(recorder& to, side where, std::function<socks5::host(socks5::address const&)> route,
                      std::string comment)
        : recorder_(to), side_(where), route_(std::move(route)), comment_(std::move(comment)) {}

    void received(socks5::address const& ours, socks5::address const& peer, std::span<octet const> data) {
        record({peer, towards(ours, peer), data});
    }
    void sent(socks5::address const& ours, socks5::address const& peer, std::span<octet const> data) {
        record({towards(ours, peer), peer, data});
    }

private:
    /// Our address, as that peer sees it.
    socks5::address towards(socks5::address const& ours, socks5::address const& peer) {
        constexpr std::size_t most = 4096;
        if (!is_unspecified(ours.host)) return ours;
        std::lock_guard const lock(mutex_);
        if (routes_.size() == most) routes_.clear();
        auto const [known, is_new] = routes_.try_emplace(peer.host);
        try {
            if (is_new) known->second = route_(peer);
        } catch (socks5::refused const&) {
            // There is no way there any more.
        }
        return {known->second, ours.port};
    }

    void record(datagram const& d) {
        if (recorder_.is_over()) return;
        std::lock_guard const lock(mutex_);
        recorder_.record(side_, packet_of(d), std::exchange(comment_, {}));
    }

    recorder& recorder_;
    side const side_;
    std::function<socks5::host(socks5::address const&)> const route_;
    std::mutex mutex_;  // for what follows
    std::string comment_;
    std::map<socks5::host, socks5::host> routes_;
};

}  // namespace capture
