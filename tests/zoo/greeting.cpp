/// Bugs in reading, and in the choice of the method.
#include "zoo/animal.hpp"

#include <cstdlib>

namespace zoo {

namespace {

struct one_recv : altered<one_recv> {};

octets read(session::conversation<one_recv>& client, std::size_t n) {
    octets came(n);
    if (client.net.read_some(client.stream, came) < n) throw std::runtime_error("broke off");
    return came;
}

struct reads_too_much : altered<reads_too_much> {
    void write(network::stream& to, std::span<octet const> answer) {
        if (!relaying()) forgets = true;
        altered::write(to, answer);
    }

    bool forgets = false;
};

octets read(session::conversation<reads_too_much>& client, std::size_t n) {
    if (std::exchange(client.net.forgets, false)) client.ahead.clear();
    return session::read(client, n);
}

void carry_out(session::conversation<reads_too_much>& client, socks5::request const& request) {
    client.ahead.clear();
    session::carry_out(client, request);
}

struct ignores_nmethods : altered<ignores_nmethods> {
    bool greeted = false;
};

octets read(session::conversation<ignores_nmethods>& client, std::size_t n) {
    auto came = session::read(client, n);
    if (!std::exchange(client.net.greeted, true)) came[1] = 1;
    return came;
}

struct signed_length : altered<signed_length> {};

octets read(session::conversation<signed_length>& client, std::size_t n) {
    if (n > 127) throw std::runtime_error("negative length");
    return session::read(client, n);
}

struct dies_of_garbage : altered<dies_of_garbage> {
    bool greeted = false;
};

octets read(session::conversation<dies_of_garbage>& client, std::size_t n) {
    auto came = session::read(client, n);
    if (!std::exchange(client.net.greeted, true) && came[0] != socks5::version) std::_Exit(0);
    return came;
}

struct no_0xff : altered_messages<no_0xff> {
    void change(octets& message) {
        if (message == octets{5, 0xff}) message.clear();
    }
};

struct selects_unoffered_method : altered<selects_unoffered_method> {};

std::optional<socks5::request> handshake(session::conversation<selects_unoffered_method>& client) {
    client.receive<socks5::greeting>();
    client.send(socks5::method_selection{socks5::method::no_authentication_required});
    return client.receive<socks5::request>();
}

struct serves_after_0xff : altered<serves_after_0xff> {};

std::optional<socks5::request> handshake(session::conversation<serves_after_0xff>& client) {
    client.send(socks5::method_selection{session::select(client.receive<socks5::greeting>(), client.settings.users)});
    return client.receive<socks5::request>();
}

/// All animals do. This one has no other bug, and is looked at for longer.
struct waits_for_ever : altered<waits_for_ever> {};

}  // namespace

animals in_the_greeting() {
    return {
        {"one-recv", "takes what one recv() delivers for all that it wanted", serve<one_recv>},
        {"reads-too-much", "reads what is there, and forgets what is behind the message", serve<reads_too_much>},
        {"ignores-nmethods", "reads one method, however many there are", serve<ignores_nmethods>},
        {"signed-length", "keeps lengths in a signed char: 128 and more are negative", serve<signed_length>},
        {"dies-of-garbage", "exits when a greeting has another version", serve<dies_of_garbage>},
        {"no-0xff", "closes without a word when no method fits", serve<no_0xff>},
        {"selects-unoffered-method", "selects 00 whatever was offered", serve<selects_unoffered_method>},
        {"waits-for-ever", "has no time limits", serve<waits_for_ever>},
        {"serves-after-0xff", "answers FF when no method fits, and goes on", serve<serves_after_0xff>},
    };
}

}  // namespace zoo
