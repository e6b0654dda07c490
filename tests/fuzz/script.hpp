/// A session as a fuzzer makes it up: what the client sends, how the rest of the world behaves, what the owner of the
/// proxy has decided.
#pragma once

#include "scene.hpp"

namespace fakes {

/// Written as a row of scenes. An octet says what happens, an octet how many octets follow, and these say the rest;
/// addresses and users stand there as on the wire.
class script : public session_fixture {
public:
    octets from_client;                        ///< what the client sends, all of it
    std::map<std::string, std::string> users;  ///< name: password
    std::vector<std::shared_ptr<wire>> peers;  ///< targets and callers, each at another port of ours

    explicit script(octets const& written) : peers{target} {
        settings.idle = std::chrono::seconds(1);  // all limits are set, so nothing waits for ever
        reader read{written};
        while (written.size() - read.at >= 2) {
            auto const [what, length] = socks5::take<2>(read);
            try {
                reader rest{read(std::min<std::size_t>(length, written.size() - read.at))};
                scene(what, rest);
            } catch (std::exception const&) {
                // A scene that makes no sense is left out.
            }
        }
    }

    void play() { serve(from_client); }

private:
    void scene(octet what, reader& rest) {
        switch (what) {
            case 'c': from_client = from_client + rest.rest(); break;     // the client sends
            case 'e': ending(*client, number(rest)); break;               // its end
            case 'd': world.from_client.push_back(packet(rest)); break;   // a datagram of the client
            case 'a': world.from_targets.push_back(packet(rest)); break;  // an answer to one
            case 't': accepting(rest); break;                             // a target
            case 'f': failing(rest); break;                               // a target that fails
            case 'b': world.callers.push_back(peer(rest)); break;         // who comes to a listener
            case 'n': naming(rest); break;                                // a name leads somewhere
            case 's': world.sockets = number(rest); break;                // so many sockets, and no more
            case 'p': world.threads = number(rest); break;                // so many threads
            case 'u': adding(rest); break;                                // a user
            case 'r': denying(rest); break;                               // a target is denied
            case 'o': options(number(rest)); break;                       // other options
            default: break;
        }
    }

    std::shared_ptr<wire> peer(reader& rest) {
        auto const port = static_cast<std::uint16_t>(our_address.port + peers.size());
        auto const made = std::make_shared<wire>(wire{.local = {our_address.host, port}, .peer = ip(rest)});
        ending(*made, number(rest));
        made->incoming = rest.rest();
        peers.push_back(made);
        return made;
    }

    void accepting(reader& rest) {
        auto const made = peer(rest);
        world.targets[made->peer] = made;
    }

    void failing(reader& rest) {
        auto const at = ip(rest);
        world.failures[at] = socks5::rep(1 + number(rest) % 8);
    }

    void naming(reader& rest) {
        auto const named = address::receive(rest);
        auto& leads_to = world.names[std::get<socks5::domainname>(named.host).octets];
        while (true) leads_to.push_back(ip(rest));
    }

    void adding(reader& rest) {
        auto const user = socks5::login::receive(rest);
        if (!user.valid()) return;
        users[user.uname] = user.passwd;
        settings.users.add(user.uname, user.passwd);
    }

    void denying(reader& rest) {
        auto const prefix = number(rest);
        auto const [host, port] = address::receive(rest);
        session::target_rule denied;
        denied.from = denied.to = port;
        if (auto const* name = std::get_if<socks5::domainname>(&host))
            denied.what = session::normal(name->octets);
        else if (is_ip(host))
            denied.what = session::cidr{host, prefix % 33U};
        settings.rules.denied_targets.push_back(denied);
    }

    void options(octet bits) {
        settings.offer_bind = !(bits & 1);
        settings.offer_udp = !(bits & 2);
        if (bits & 4) settings.udp_advertise = socks5::ipv4{{203, 0, 113, 1}};
        settings.rules.allow_local_targets = bits & 8;
        if (bits & 16) settings.rules.allowed_clients.push_back({socks5::ipv4{{127}}, 8});
        if (bits & 32) client->peer.host = socks5::ipv4{{192, 0, 2, 200}};
        world.reversed = bits & 64;
        world.stopping = bits & 128;
    }
};

}  // namespace fakes
