/// Names in datagrams, each looked up once in an association.
#pragma once

#include "session/conversation.hpp"
#include "session/look_up.hpp"

#include <map>

namespace session {

template <network Net>
class udp_names {
public:
    /// The address that stands for the destination of a datagram. Throws refused when there is none, or none that
    /// the client may reach.
    socks5::address address_of(Net& net, conversation<Net>& client, socks5::address const& dst) {
        auto const* name = std::get_if<socks5::domainname>(&dst.host);
        if (name == nullptr) return {unmapped(dst.host), dst.port};
        if (known_.size() == most) known_.clear();
        auto const [entry, is_new] = known_.try_emplace(name->octets);
        if (is_new) entry->second = choose(net, client, dst);
        if (!entry->second)
            throw socks5::refused(socks5::rep::host_unreachable, to_string(dst.host) + " leads nowhere");
        return {*entry->second, dst.port};
    }

private:
    static constexpr std::size_t most = 1024;  ///< names; beyond that all are forgotten

    /// Nobody tells us when a datagram does not arrive, so there is no trying in turn as with CONNECT. Of several
    /// addresses an IPv4 address is the best guess: few targets listen on IPv6 alone.
    static std::optional<socks5::host> choose(Net& net, conversation<Net>& client, socks5::address const& dst) {
        std::optional<socks5::host> best;
        for (auto const& candidate : look_up(net, dst, after(client.settings.connect))) {
            if (!client.allowed(candidate)) continue;
            if (std::holds_alternative<socks5::ipv4>(candidate.host)) return candidate.host;
            if (!best) best = candidate.host;
        }
        return best;
    }

    std::map<std::string, std::optional<socks5::host>> known_;
};

}  // namespace session
