#include "capture/connection_recorder.hpp"

namespace capture {

connection_recorder::~connection_recorder() {
    std::lock_guard const lock(mutex_);
    if (reset_on_close_)
        reset(us_, peer_);
    else
        finish(us_, peer_);
}

void connection_recorder::accepted() {
    std::lock_guard const lock(mutex_);
    record(peer_, us_, syn);
    record(us_, peer_, syn | ack);
    record(peer_, us_, ack);
    open_ = true;
}

void connection_recorder::connecting() {
    std::lock_guard const lock(mutex_);
    record(us_, peer_, syn);
}

void connection_recorder::connected() {
    std::lock_guard const lock(mutex_);
    record(peer_, us_, syn | ack);
    record(us_, peer_, ack);
    open_ = true;
}

void connection_recorder::refused() {
    std::lock_guard const lock(mutex_);
    record(peer_, us_, rst | ack);
}

void connection_recorder::received(std::span<octet const> data) {
    std::lock_guard const lock(mutex_);
    send(peer_, us_, data);
}

void connection_recorder::sends(std::span<octet const> data) {
    std::lock_guard const lock(mutex_);
    send(us_, peer_, data);
}

void connection_recorder::peer_ended() {
    std::lock_guard const lock(mutex_);
    if (reads_) finish(peer_, us_);
}

void connection_recorder::peer_reset() {
    std::lock_guard const lock(mutex_);
    reset(peer_, us_);
}

void connection_recorder::send_failed() {
    std::lock_guard const lock(mutex_);
    if (!us_.ended) reset(peer_, us_);
}

void connection_recorder::ends() {
    std::lock_guard const lock(mutex_);
    finish(us_, peer_);
}

void connection_recorder::send(end& from, end& to, std::span<octet const> data) {
    constexpr std::size_t most = 1460;  // octets in a segment: a packet of Ethernet
    if (!open_ || from.ended || data.empty()) return;
    for (; !data.empty(); data = data.subspan(std::min(most, data.size())))
        record(from, to, psh | ack, data.first(std::min(most, data.size())));
    record(to, from, ack);
}

void connection_recorder::finish(end& from, end& to) {
    if (!open_ || from.ended) return;
    record(from, to, fin | ack);
    record(to, from, ack);
    from.ended = true;
}

void connection_recorder::reset(end& from, end& to) {
    if (!open_) return;
    record(from, to, rst | ack);
    open_ = false;
}

void connection_recorder::record(end& from, end const& to, int control, std::span<octet const> data) {
    if (recorder_.is_over()) return;
    auto const acknowledgement = (control & ack) != 0 ? to.sequence : 0;
    auto const packet =
        packet_of(segment{from.address, to.address, from.sequence, acknowledgement, octet(control), data});
    recorder_.record(side_, packet, std::exchange(comment_, {}));
    auto const numbered = data.size() + ((control & (syn | fin)) != 0 ? 1 : 0);  // an octet each, RFC 9293 section 3.4
    from.sequence += static_cast<std::uint32_t>(numbered);
}

}  // namespace capture
