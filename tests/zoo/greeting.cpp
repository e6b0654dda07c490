/// Bugs in reading, and in the choice of the method.
#include "zoo/animal.hpp"

#include <cstdlib>

namespace zoo {

namespace {

struct one_recv : altered<one_recv> {
    octets read(stream& from, std::size_t n) {
        octets came(n);
        if (read_some(from, came) < n) throw std::runtime_error("broke off");
        return came;
    }
};

struct reads_too_much : altered<reads_too_much> {
    octets read(stream& from, std::size_t n) {
        while (message.size() < n) {
            octets more(4096);
            more.resize(read_some(from, more));
            if (more.empty()) throw std::runtime_error("broke off");
            message.insert(message.end(), more.begin(), more.end());
        }
        octets const field(message.begin(), message.begin() + std::ptrdiff_t(n));
        message.erase(message.begin(), message.begin() + std::ptrdiff_t(n));
        return field;
    }

    void write(stream& to, std::span<octet const> answer) {
        if (!relaying()) message.clear();
        altered::write(to, answer);
    }

    octets message = {};
};

struct ignores_nmethods : altered<ignores_nmethods> {
    octets read(stream& from, std::size_t n) {
        auto came = altered::read(from, n);
        if (!std::exchange(greeted, true)) came[1] = 1;
        return came;
    }

    bool greeted = false;
};

struct signed_length : altered<signed_length> {
    octets read(stream& from, std::size_t n) {
        if (n > 127) throw std::runtime_error("negative length");
        return altered::read(from, n);
    }
};

struct dies_of_garbage : altered<dies_of_garbage> {
    octets read(stream& from, std::size_t n) {
        auto came = altered::read(from, n);
        if (!std::exchange(greeted, true) && came[0] != socks5::version) std::_Exit(0);
        return came;
    }

    bool greeted = false;
};

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
