/// Names in datagrams, each looked up once in an association.
#pragma once

#include "session/conversation.hpp"
#include "session/look_up.hpp"

#include <map>

namespace session {

template <any_network Net>
class udp_names {
public:
    /// The address that stands for the destination of a datagram. Throws refused when there is none, or none that
    /// the client may reach.
    socks5::address address_of(Net& net, conversation<Net>& client, socks5::address const& dst) {
        auto const* name = std::get_if<socks5::domainname>(&dst.host);
        if (name == nullptr) return {unmapped(dst.host), dst.port};
        if (known_.size() == most) known_.clear();
        auto const [entry, is_new] = known_.try_emplace(name->octets);
        if (is_new) entry->second = look_up(net, dst, after(client.settings.connect));
        return choose(client, entry->second, dst);
    }

private:
    static constexpr std::size_t most = 1024;  ///< names; beyond that all are forgotten

    /// Nobody tells us when a datagram does not arrive, so there is no trying in turn as with CONNECT. Of several
    /// addresses an IPv4 address is the best guess: few targets listen on IPv6 alone. Chosen for each datagram anew,
    /// because the rules may forbid an address on one port and not on another.
    static socks5::address choose(conversation<Net>& client, std::vector<socks5::address> const& addresses,
                                  socks5::address const& dst) {
        std::optional<socks5::address> best;
        for (auto candidate : addresses) {
            candidate.port = dst.port;
            if (!client.allowed(candidate)) continue;
            if (std::holds_alternative<socks5::ipv4>(candidate.host)) return candidate;
            if (!best) best = candidate;
        }
        if (!best) throw socks5::refused(socks5::rep::host_unreachable, to_string(dst) + " leads nowhere");
        return *best;
    }

    std::map<std::string, std::vector<socks5::address>> known_;  ///< none where the look-up has failed
};

}  // namespace session
