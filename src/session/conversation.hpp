/// The client's side of a session: messages in, messages out.
#pragma once

#include "session/record.hpp"
#include "session/settings.hpp"

namespace session {

using namespace std::chrono_literals;

template <any_network Net>
struct conversation {
    Net& net;
    typename Net::stream& stream;  ///< the client's TCP connection
    session::settings const& settings;
    session::record& record;
    socks5::octets ahead = {};  ///< has been received, but nobody has read it yet

    /// Waits for the next message. What has come behind it stays in `ahead`, for whoever reads next.
    template <class Message>
    Message receive() {
        socks5::octets came;
        auto const next = [&](std::size_t n) {
            auto more = read(*this, n);
            if (settings.trace) came.insert(came.end(), more.begin(), more.end());
            return more;
        };
        try {
            auto const message = Message::receive(next);
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
        auto const alarm = net.alarm_at(after(patience), [&] { stream.end(); });
        socks5::octets ignored(512);
        try {
            send(last);
            stream.shutdown_send();
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

/// Exactly the next n octets of the client. A message is read field by field, a few octets each, but a call of the
/// system costs more than all of them: so what is there is received, and what is left over waits for the next read.
template <any_network Net>
socks5::octets read(conversation<Net>& client, std::size_t n) {
    constexpr std::size_t largest_message = 513;  // octets: a login, RFC 1929 section 2
    auto& ahead = client.ahead;
    while (ahead.size() < n) {
        socks5::octets came(largest_message);
        came.resize(client.net.read_some(client.stream, came));
        if (came.empty()) throw std::runtime_error("broke off");
        ahead.insert(ahead.end(), came.begin(), came.end());
    }
    auto const end = ahead.begin() + static_cast<std::ptrdiff_t>(n);
    socks5::octets const taken(ahead.begin(), end);
    ahead.erase(ahead.begin(), end);
    return taken;
}

}  // namespace session
