/// A session over the fake network, from the client's octets to the proxy's.
#pragma once

#include "fake_network.hpp"
#include "session/session.hpp"

namespace fakes {

struct session_fixture {
    fakes::world world;
    session::settings settings;
    session::record record{1};
    std::string traced;
    std::shared_ptr<wire> client;
    std::shared_ptr<wire> target =
        std::make_shared<wire>(wire{.local = our_address, .peer = target_address, .incoming = text("answer")});

    session_fixture() {
        settings.trace.emplace([this](std::string const& t) { traced += t; }, false);
        world.targets[target_address] = target;
        another_client();
    }

    void another_client() { client = std::make_shared<wire>(wire{.local = proxy_address, .peer = client_address}); }

    /// Serves a client that sends this.
    void serve(octets const& from_client) {
        client->incoming = from_client;
        record.client = client->peer;
        network net(world);
        session::serve(net, client, settings, record);
    }

    /// The proxy's octets behind the method selection.
    octets replies() const {
        auto const all = client->all_sent();
        return {all.begin() + 2, all.end()};
    }

    /// The REP of the n-th reply, counted from 0.
    int rep(std::size_t n = 0) const { return client->sent.at(1 + n).at(1); }
};

inline octets const hello{0x05, 0x01, 0x00};

/// A request, as a client would send it.
inline octets request(int cmd, address const& dst) { return octets{0x05, octet(cmd), 0x00} + socks5::octets_of(dst); }

/// A reply, as a client would see it.
inline octets reply(int rep, address const& bnd = {}) {
    return socks5::octets_of(socks5::reply{socks5::rep(rep), bnd});
}

inline address named(std::string const& name, std::uint16_t port = 80) { return {socks5::domainname{name}, port}; }

}  // namespace fakes
