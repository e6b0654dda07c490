/// A session that has been played from a script, and what the script says about it.
#pragma once

#include "fuzz.hpp"
#include "script.hpp"

namespace fakes {

inline bool over(reader const& r) { return r.at == r.input.size(); }

struct outcome {
    script const& before;  ///< as it was written
    script const& after;   ///< the same when it has been played
    reader heard = {before.from_client};
    reader said = {after.client->all_sent()};

    /// The proxy has said all, and the client knows it.
    void end(std::string_view why) const { expect(over(said) && after.client->sent_end, why); }

    /// The proxy's reply, RFC 1928 section 6.
    socks5::reply reply() {
        auto const [ver, rep, rsv] = socks5::take<3>(said);
        expect(ver == 5 && rep <= 8 && rsv == 0, "a reply begins as RFC 1928 has it");
        auto const bnd = address::receive(said);
        expect(is_ip(bnd.host), "a reply has an IP address");
        if (rep != 0) expect(bnd == address{}, "a reply that says no has no address");
        if (rep != 0) end("nothing is sent after a reply that says no");
        return {socks5::rep(rep), bnd};
    }

    bool allowed(address const& target) const {
        try {
            before.settings.rules.check(target, session::is_loopback(before.client->peer.host));
            return true;
        } catch (socks5::refused const&) {
            return false;
        }
    }

    /// The addresses that a destination stands for.
    std::vector<address> ways_to(address const& dst) const {
        auto const* name = std::get_if<socks5::domainname>(&dst.host);
        if (name == nullptr) return {{session::unmapped(dst.host), dst.port}};
        if (!session::is_name(name->octets) || !before.world.names.contains(name->octets)) return {};
        auto ways = before.world.names.at(name->octets);
        for (auto& way : ways) way.port = dst.port;
        return ways;
    }

    /// What was asked of the network.
    std::vector<std::string> events(std::string_view kind) const {
        std::vector<std::string> found;
        for (auto const& event : after.world.events)
            if (event.starts_with(kind)) found.push_back(event);
        return found;
    }
};

}  // namespace fakes
