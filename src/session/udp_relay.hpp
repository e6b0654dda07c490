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
struct traced_datagram {
    static constexpr std::string_view title = "datagram";

    socks5::udp_header header;
    std::size_t data = 0;  ///< octets behind the header

    socks5::fields fields() const {
        auto shown = header.fields();
        shown.push_back({"DATA", {}, socks5::count_of_octets(data)});
        return shown;
    }
};

/// Relays datagrams, each way in its own thread of activity.
template <any_network Net>
class udp_relay {
public:
    /// For `client_port` see association. Throws refused when there are no sockets to be had.
    udp_relay(conversation<Net>& client, std::uint16_t client_port)
        : client_(client),
          inside_(client.net.open_datagram_socket(client.stream.local().host)),
          outside_(client.net.open_datagram_socket()),
          association_(client.record.client.host, client_port) {}

    /// Where the client must send its datagrams.
    socks5::address bound() const { return inside_.local(); }

    /// Relays what the client sends, until end(). Calls moved() for each datagram that went through, as does the other.
    void from_client(Net& net, auto&& moved) {
        auto const memory = std::make_unique_for_overwrite<socks5::octet[]>(largest);
        std::span const buffer(memory.get(), largest);
        socks5::address sender;
        while (auto const size = net.receive_from(inside_, buffer, sender)) {
            try {
                if (association_.is_client(sender)) pass_on(net, buffer.first(*size), moved);
            } catch (std::exception const&) {
                // What cannot be relayed is dropped, and nobody is told.
            }
            if (!inside_.has_more()) net.flush(outside_);  // those that came together leave together
        }
    }

    /// Relays what the targets answer, until end(), or the client's TCP connection has ended.
    void from_targets(Net& net, auto&& moved) {
        auto const memory = std::make_unique_for_overwrite<socks5::octet[]>(largest);
        std::span const buffer(memory.get(), largest);
        auto watcher = net.watch(client_.stream, [](std::span<socks5::octet const>) { return true; });
        socks5::address sender;
        while (auto const size = net.receive_from(outside_, buffer, sender, watcher)) {
            if (association_.may_answer(sender)) bring_back(net, sender, buffer.first(*size), moved);
            if (!outside_.has_more()) net.flush(inside_);
        }
    }

    void end() {
        inside_.end();
        outside_.end();
    }

private:
    static constexpr std::size_t largest = 65535;  ///< octets in a datagram, RFC 768

    /// A datagram of the client.
    void pass_on(Net& net, std::span<socks5::octet const> data, auto& moved) {
        auto const header = socks5::udp_header::receive(reader_of(data));
        if (client_.settings.trace)
            client_.settings.trace->received(client_.record.number, traced_datagram{header, data.size()});
        if (header.frag != 0 || !header.dst.known()) return;
        client_.check(header.dst);
        auto const target = names_.address_of(net, client_, header.dst);
        association_.contact(target);
        if (!net.send_to(outside_, data, target)) return;
        client_.record.up += data.size();
        moved();
    }

    /// A datagram of a target.
    void bring_back(Net& net, socks5::address const& sender, std::span<socks5::octet const> data, auto& moved) {
        auto const header = socks5::udp_header{.dst = sender};
        auto whole = socks5::octets_of(header);
        whole.insert(whole.end(), data.begin(), data.end());
        if (!net.send_to(inside_, whole, association_.client())) return;
        if (client_.settings.trace)
            client_.settings.trace->sent(client_.record.number, traced_datagram{header, data.size()});
        client_.record.down += data.size();
        moved();
    }

    conversation<Net>& client_;
    typename Net::datagram_socket inside_;   ///< towards the client
    typename Net::datagram_socket outside_;  ///< towards the targets
    session::association association_;
    udp_names<Net> names_;
};

}  // namespace session
