#include "capture/datagram_recorder.hpp"

namespace capture {

socks5::address datagram_recorder::towards(socks5::address const& ours, socks5::address const& peer) {
    if (!is_unspecified(ours.host)) return ours;
    std::lock_guard const lock(mutex_);
    constexpr std::size_t most = 4096;
    if (routes_.size() == most) routes_.clear();
    auto const known = routes_.find(peer.host);
    if (known != routes_.end()) return {known->second, ours.port};
    return {routes_[peer.host] = route_(peer), ours.port};
}

void datagram_recorder::record(datagram const& d) {
    if (recorder_.is_over()) return;
    std::lock_guard const lock(mutex_);
    recorder_.record(side_, packet_of(d), std::exchange(comment_, {}));
}

}  // namespace capture
