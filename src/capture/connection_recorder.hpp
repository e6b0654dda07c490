/// A TCP connection of the proxy, recorded as it would look on the wire.
#pragma once

#include "capture/packet.hpp"
#include "capture/recorder.hpp"

namespace capture {

/// Told of what the proxy does with the connection, it records the segments that belong to it. Sequence numbers begin
/// with 0, and whatever arrives is acknowledged at once. May be told by several threads.
class connection_recorder {
public:
    /// The comment goes with the first packet.
    connection_recorder(recorder& to, side where, socks5::address const& ours, socks5::address const& peer,
                        std::string comment)
        : recorder_(to), side_(where), us_{ours}, peer_{peer}, comment_(std::move(comment)) {}

    /// The proxy closes it: with a reset where one was asked for, otherwise with an end, unless it has sent that.
    ~connection_recorder() { resets_ ? reset(us_, peer_) : finish(us_, peer_); }

    // How it begins: the peer has come; or we go there, and are let in, or are refused.
    void accepted() { begin(peer_, us_, {syn, syn | ack, ack}); }
    void connecting() { begin(us_, peer_, {syn}); }
    void connected() { begin(peer_, us_, {syn | ack, ack}); }
    void refused() { begin(peer_, us_, {rst | ack}); }

    void received(std::span<octet const> data) { send(peer_, us_, data); }
    void sends(std::span<octet const> data) { send(us_, peer_, data); }

    // How it ends.
    void peer_ended() {
        if (reads_) finish(peer_, us_);
    }
    void peer_reset() { reset(peer_, us_); }
    void send_failed() {  ///< the peer has reset it, unless we have ended it
        if (!us_.ended) reset(peer_, us_);
    }
    void ends() { finish(us_, peer_); }       ///< we send our end
    void stops_reading() { reads_ = false; }  ///< an end that is read after this is not the peer's
    void resets_on_close() { resets_ = true; }

private:
    struct end {
        socks5::address address;
        std::uint32_t sequence = 0;  ///< of the next octet that it sends
        std::atomic<bool> ended = false;
    };

    void begin(end& from, end& to, std::initializer_list<int> controls);
    void send(end& from, end& to, std::span<octet const> data);
    void finish(end& from, end& to);
    void reset(end& from, end& to);
    void record(end& from, end const& to, int control, std::span<octet const> data = {});

    recorder& recorder_;
    side const side_;
    std::mutex mutex_;  // for what follows
    end us_, peer_;
    std::string comment_;
    bool open_ = false;
    std::atomic<bool> reads_ = true;
    std::atomic<bool> resets_ = false;
};

}  // namespace capture
