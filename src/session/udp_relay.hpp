/// The datagrams of a UDP association, RFC 1928 section 7.
#pragma once

#include "session/association.hpp"
#include "session/udp_names.hpp"
#include "socks5/udp_header.hpp"

#include <memory>

namespace session {

/// The same read(n) that a TCP connection has, over one datagram. What it delivers is taken off the front.
inline auto reader_of(std::span<socks5::octet const>& datagram) {
    return [&](std::size_t n) {
        if (n > datagram.size()) throw socks5::malformed("datagram ends within its header");
        auto const taken = datagram.first(n);
        datagram = datagram.subspan(n);
        return socks5::octets(taken.begin(), taken.end());
    };
}

/// A datagram as the trace shows it.
struct datagram {
    static constexpr std::string_view title = "datagram";

    socks5::udp_header header;
    std::size_t data = 0;  ///< octets behind the header

    socks5::fields fields() const {
        auto shown = header.fields();
        shown.push_back({"DATA", {}, std::to_string(data) + " octets"});
        return shown;
    }
};

/// Relays datagrams both ways until it is ended.
template <network Net>
class udp_relay {
public:
    /// For `client_port` see association. Throws refused when there are no sockets to be had.
    udp_relay(conversation<Net>& client, std::uint16_t client_port)
        : client_(client),
          inside_(client.net.open_datagrams(client.net.local(client.stream).host)),
          outside_(client.net.open_datagrams()),
          association_(client.record.client.host, client_port) {}

    /// Where the client must send its datagrams.
    socks5::address bound() const { return client_.net.local(inside_); }

    /// Calls moved() for each datagram that went through. If one direction fails, the other is ended, too.
    void run(Net& net, auto&& moved) {
        auto const ending = [&](Net& here, auto one_way) {
            try {
                one_way();
            } catch (std::exception const&) {
                end(here);
                throw;
            }
        };
        net.both([&](Net& here) { ending(here, [&] { from_client(here, moved); }); },
                 [&](Net& here) { ending(here, [&] { from_targets(here, moved); }); });
    }

    void end(Net& net) {
        net.end(inside_);
        net.end(outside_);
    }

private:
    static constexpr std::size_t largest = 65535;  ///< octets in a datagram, RFC 768

    void from_client(Net& net, auto& moved) {
        auto const memory = std::make_unique_for_overwrite<socks5::octet[]>(largest);
        std::span const buffer(memory.get(), largest);
        socks5::address sender;
        while (auto const size = net.receive_from(inside_, buffer, sender)) {
            try {
                if (association_.is_client(sender)) pass_on(net, buffer.first(*size), moved);
            } catch (std::exception const&) {
                // What cannot be relayed is dropped, and nobody is told.
            }
            if (!net.has_more(inside_)) net.flush(outside_);
        }
    }

    /// A datagram of the client.
    void pass_on(Net& net, std::span<socks5::octet const> data, auto& moved) {
        auto const header = socks5::udp_header::receive(reader_of(data));
        if (client_.settings.trace)
            client_.settings.trace->received(client_.record.number, datagram{header, data.size()});
        if (header.frag != 0 || !header.dst.known()) return;
        client_.check(header.dst);
        auto const target = names_.address_of(net, client_, header.dst);
        association_.contact(target);
        if (!net.send_to(outside_, data, target)) return;
        client_.record.up += data.size();
        moved();
    }

    void from_targets(Net& net, auto& moved) {
        auto const memory = std::make_unique_for_overwrite<socks5::octet[]>(largest);
        std::span const buffer(memory.get(), largest);
        socks5::address sender;
        while (auto const size = net.receive_from(outside_, buffer, sender)) {
            if (association_.may_answer(sender)) bring_back(net, sender, buffer.first(*size), moved);
            if (!net.has_more(outside_)) net.flush(inside_);
        }
    }

    /// A datagram of a target.
    void bring_back(Net& net, socks5::address const& sender, std::span<socks5::octet const> data, auto& moved) {
        auto const header = socks5::udp_header{.dst = sender};
        auto whole = socks5::octets_of(header);
        whole.insert(whole.end(), data.begin(), data.end());
        if (!net.send_to(inside_, whole, association_.client())) return;
        if (client_.settings.trace) client_.settings.trace->sent(client_.record.number, datagram{header, data.size()});
        client_.record.down += data.size();
        moved();
    }

    conversation<Net>& client_;
    typename Net::datagrams inside_;   ///< towards the client
    typename Net::datagrams outside_;  ///< towards the targets
    session::association association_;
    udp_names<Net> names_;
};

}  // namespace session
