/// Bugs in BIND.
#include "zoo/animal.hpp"

namespace zoo {

namespace {

using addresses = std::vector<socks5::address>;

struct one_bind_reply : altered_messages<one_bind_reply> {
    void change(octets& message) {
        if (is_reply(message) && replies++ > 0) message.clear();
    }

    int replies = 0;
};

struct bind_same_reply_twice : altered_messages<bind_same_reply_twice> {
    void change(octets& message) {
        if (is_reply(message) && replies++ > 0) message = first;
        first = message;
    }

    int replies = 0;
    octets first = {};
};

struct bind_lets_strangers_in : altered<bind_lets_strangers_in> {};

bool welcome(session::conversation<bind_lets_strangers_in>&, socks5::address const&, addresses const&) { return true; }

struct bind_insists_on_port : altered<bind_insists_on_port> {};

bool welcome(session::conversation<bind_insists_on_port>& client, socks5::address const& peer,
             addresses const& expected) {
    return session::welcome(client, peer, expected) && peer.port == expected.front().port;
}

struct bind_second_reply_at_once : altered<bind_second_reply_at_once> {};

void bind(session::conversation<bind_second_reply_at_once>& client, socks5::address const& dst) {
    addresses const expected{session::look_up(client.net, dst, session::after(client.settings.connect))};
    auto listener = session::listen(client, expected.front());
    client.send(socks5::reply{socks5::rep::succeeded, listener.local()});
    client.send(socks5::reply{socks5::rep::succeeded, expected.front()});
    auto peer = session::accept_peer(client, listener, expected);
    session::relay(client, peer);
}

struct bind_keeps_listening : altered<bind_keeps_listening> {};

void bind(session::conversation<bind_keeps_listening>& client, socks5::address const& dst) {
    addresses const expected{session::look_up(client.net, dst, session::after(client.settings.connect))};
    auto listener = session::listen(client, expected.front());
    client.send(socks5::reply{socks5::rep::succeeded, listener.local()});
    auto peer = session::accept_peer(client, listener, expected);
    client.send(socks5::reply{socks5::rep::succeeded, peer.peer()});
    session::relay(client, peer);
}

struct bind_outlives_client : altered<bind_outlives_client> {
    std::optional<stream> accept(listener& l, watcher&) {
        auto peer = l.accept([](auto& acceptor, auto& from, auto& error) { return acceptor.accept(from, error); });
        if (!peer) return {};
        return stream(std::move(*peer), *this);
    }
};

struct bind_anywhere : altered<bind_anywhere> {
    struct listener : network::listener {
        using network::listener::listener;

        socks5::address local() const { return {socks5::ipv4{}, network::listener::local().port}; }
    };

    listener listen(socks5::host const& host) { return {shared.io, {network::to_ip(host), 0}}; }
};

}  // namespace

animals in_bind() {
    return {
        {"one-bind-reply", "does not send the second reply of BIND", serve<one_bind_reply>},
        {"bind-same-reply-twice", "says in the second reply where it has waited", serve<bind_same_reply_twice>},
        {"bind-lets-strangers-in", "lets in the first who comes, whoever it is", serve<bind_lets_strangers_in>},
        {"bind-insists-on-port", "lets in only who comes from DST.PORT", serve<bind_insists_on_port>},
        {"bind-second-reply-at-once", "sends both replies before anybody has come", serve<bind_second_reply_at_once>},
        {"bind-keeps-listening", "lets others connect when the peer has come", serve<bind_keeps_listening>},
        {"bind-outlives-client", "waits for the peer of a client that has left", serve<bind_outlives_client>},
        {"bind-anywhere", "says 0.0.0.0 when asked where it waits", serve<bind_anywhere>},
    };
}

}  // namespace zoo
