#include "capture/connection_recorder.hpp"

namespace capture {

/// Packets to and fro, `from` first. The connection is open when the last one only acknowledges.
void connection_recorder::begin(end& from, end& to, std::initializer_list<int> controls) {
    std::lock_guard const lock(mutex_);
    auto *sender = &from, *receiver = &to;
    for (int const control : controls) {
        record(*sender, *receiver, control);
        std::swap(sender, receiver);
        open_ = control == ack;
    }
}

void connection_recorder::send(end& from, end& to, std::span<octet const> data) {
    constexpr std::size_t most = 1460;  // octets in a segment: a packet of Ethernet
    std::lock_guard const lock(mutex_);
    if (!open_ || from.ended || data.empty()) return;
    for (; !data.empty(); data = data.subspan(std::min(most, data.size())))
        record(from, to, psh | ack, data.first(std::min(most, data.size())));
    record(to, from, ack);
}

void connection_recorder::finish(end& from, end& to) {
    std::lock_guard const lock(mutex_);
    if (!open_ || from.ended) return;
    record(from, to, fin | ack);
    record(to, from, ack);
    from.ended = true;
}

void connection_recorder::reset(end& from, end& to) {
    std::lock_guard const lock(mutex_);
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
