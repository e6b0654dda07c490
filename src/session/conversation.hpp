/// The client's side of a session: messages in, messages out.
#pragma once

#include "session/record.hpp"
#include "session/settings.hpp"

namespace session {

using namespace std::chrono_literals;

template <network Net>
struct conversation {
    Net& net;
    typename Net::stream& stream;  ///< the client's TCP connection
    session::settings const& settings;
    session::record& record;

    /// Waits for the next message. Reads its octets and not one more: what follows belongs to whoever reads next.
    template <class Message>
    Message receive() {
        socks5::octets came;
        auto const read = [&](std::size_t n) {
            auto more = net.read(stream, n);
            if (settings.trace) came.insert(came.end(), more.begin(), more.end());
            return more;
        };
        try {
            auto const message = Message::receive(read);
            if (settings.trace) settings.trace->received(record.number, message);
            return message;
        } catch (std::exception const& e) {
            if (settings.trace && !came.empty())
                settings.trace->template broken<Message>(record.number, came, e.what());
            throw std::runtime_error(std::string(Message::title) + ": " + e.what());
        }
    }

    /// One message, one send.
    template <class Message>
    void send(Message const& message) {
        if (settings.trace) settings.trace->sent(record.number, message);
        net.write(stream, socks5::octets_of(message));
    }

    /// Sends the last message and waits for the client to leave, not for ever. Closing a socket while input is
    /// unread sends a reset, which may overtake that message; so what the client still sends is read first.
    template <class Message>
    void hang_up(Message const& last) {
        constexpr auto patience = 1s;
        constexpr std::size_t most = 1 << 20;  // octets
        auto const alarm = net.alarm_at(after(patience), [&] { net.end(stream); });
        socks5::octets ignored(512);
        try {
            send(last);
            net.shutdown_send(stream);
            for (std::size_t n = 1, sum = 0; n > 0 && sum < most; sum += n) n = net.read_some(stream, ignored);
        } catch (std::exception const&) {
            // The client has left by itself, and record.end says already why it had to.
        }
    }

    /// Throws refused when the rules forbid this client that target. A client is local when it comes over the loopback;
    /// not when it merely has an address of ours, for so has a connection that this proxy makes to itself, on behalf of
    /// a client of another machine.
    void check(socks5::address const& target) const { settings.rules.check(target, is_loopback(record.client.host)); }

    bool allowed(socks5::address const& target) const {
        try {
            check(target);
            return true;
        } catch (socks5::refused const&) {
            return false;
        }
    }
};

}  // namespace session
