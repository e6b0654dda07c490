/// An animal of the zoo: a SOCKS5 server with exactly one bug.
///
/// It is plainsocks itself, with a network of its own. There are two ways to put a bug into it:
///   - the network does one of its operations wrong;
///   - one of the session's functions is written again, wrongly, for conversations over that network. The session calls
///     its functions without naming their namespace, so argument-dependent look-up finds the one of the animal, which
///     fits better. Whatever it does right, it leaves to the original: session::carry_out(...).
#pragma once

#include "network/blocking.hpp"
#include "session/session.hpp"

#include <string_view>

namespace zoo {

using socks5::octet;
using socks5::octets;

/// A client has come to see the animal.
struct visit {
    network::blocking_resources& shared;
    network::stream stream;
    session::settings const& settings;
    session::record& record;
};

struct animal {
    std::string_view name;
    std::string_view bug;
    void (*serve)(visit&);
    std::size_t clients_at_once = 1000;
};

using animals = std::vector<animal>;

/// What all animals are.
class altered_network : public network::blocking {
public:
    altered_network(visit const& v) : blocking(v.shared), shared(v.shared) {}

    /// The conversation is over: what passes now are data.
    bool relaying() const { return relaying_; }

protected:
    network::blocking_resources& shared;
    std::atomic<bool> relaying_ = false;
};

/// Connections of an animal, which may do something of what does not wait in another way.
struct altered_stream : network::stream {
    altered_stream(network::stream s, altered_network const& of) : stream(std::move(s)), animal(&of) {}

    altered_network const* animal;
};

/// A network that the session knows by the name of the animal.
template <class Self, class Stream = altered_stream>
class altered : public altered_network {
public:
    using stream = Stream;

    using altered_network::altered_network;

    stream open_stream(socks5::address const& target) { return {altered_network::open_stream(target), *this}; }

    std::optional<stream> accept(listener& l, watcher& client) {
        auto peer = altered_network::accept(l, client);
        if (!peer) return {};
        return stream(std::move(*peer), *this);
    }

    pipe open_pipe(stream& from, stream& to) { return altered_network::open_pipe(from, to); }

    template <class F, class G>
    void both(F f, G g) {
        relaying_ = true;
        auto& self = static_cast<Self&>(*this);
        blocking::both([&](blocking&) { f(self); }, [&](blocking&) { g(self); });
    }
};

/// An animal with a `void change(octets& message)`, which sees each message of the server before the client does.
template <class Self>
struct altered_messages : altered<Self> {
    using altered<Self>::altered;

    void write(network::stream& to, std::span<octet const> sent) {
        if (this->relaying()) return network::blocking::write(to, sent);
        octets message(sent.begin(), sent.end());
        static_cast<Self&>(*this).change(message);
        network::blocking::write(to, message);
    }
};

/// Method selection and login status have two octets.
inline bool is_reply(octets const& message) { return message.size() > 2; }

template <class Net>
void serve(visit& v) {
    Net net{{v}};
    session::serve(net, typename Net::stream(std::move(v.stream), net), v.settings, v.record);
}

// Each file is a house of the zoo.
animals in_the_greeting();
animals in_the_login();
animals in_the_request();
animals in_the_reply();
animals in_connect();
animals in_the_relay();
animals in_resets();
animals in_bind();
animals in_udp();

}  // namespace zoo
