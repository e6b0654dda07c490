/// Bugs in the login. They show with --user.
#include "zoo/animal.hpp"

namespace zoo {

namespace {

/// The rest of log_in() when name and password have been judged.
template <class Net>
bool answer(session::conversation<Net>& client, bool right) {
    socks5::login_status const status{right};
    if (right)
        client.send(status);
    else
        client.hang_up(status);
    return right;
}

struct login_always_right : altered<login_always_right> {};

bool log_in(session::conversation<login_always_right>& client) {
    client.receive<socks5::login>();
    return answer(client, true);
}

/// memcmp(), with the length of the password that is known.
struct login_takes_longer : altered<login_takes_longer> {};

bool log_in(session::conversation<login_takes_longer>& client) {
    auto const login = client.receive<socks5::login>();
    bool right = false;
    for (std::size_t n = 1; n <= login.passwd.size(); ++n)
        right = right || client.settings.users.know(login.uname, login.passwd.substr(0, n));
    return answer(client, right);
}

/// memcmp(), with a length that is one too short. We know no password, but can find out which octet is missing.
struct login_takes_shorter : altered<login_takes_shorter> {};

bool log_in(session::conversation<login_takes_shorter>& client) {
    auto const login = client.receive<socks5::login>();
    bool right = client.settings.users.know(login.uname, login.passwd);
    for (int last = 0; last < 256; ++last)
        right = right || client.settings.users.know(login.uname, login.passwd + static_cast<char>(last));
    return answer(client, right);
}

/// strcmp().
struct login_ends_at_nul : altered<login_ends_at_nul> {};

bool log_in(session::conversation<login_ends_at_nul>& client) {
    auto const login = client.receive<socks5::login>();
    return answer(client, client.settings.users.know(login.uname.c_str(), login.passwd.c_str()));
}

struct login_again : altered<login_again> {};

bool log_in(session::conversation<login_again>& client) {
    for (;;) {
        auto const login = client.receive<socks5::login>();
        auto const right = login.valid() && client.settings.users.know(login.uname, login.passwd);
        client.send(socks5::login_status{right});
        if (right) return true;
    }
}

struct login_version_5 : altered_messages<login_version_5> {
    void change(octets& message) { message[0] = socks5::version; }
};

struct login_in_vain : altered<login_in_vain> {};

std::optional<socks5::request> handshake(session::conversation<login_in_vain>& client) {
    auto const greeting = client.receive<socks5::greeting>();
    auto const open = greeting.offers(socks5::method::no_authentication_required);
    auto const method =
        open ? socks5::method::no_authentication_required : session::select(greeting, client.settings.users);
    if (method == socks5::method::no_acceptable_methods) {
        client.hang_up(socks5::method_selection{method});
        return {};
    }
    client.send(socks5::method_selection{method});
    if (!open && !session::log_in(client)) return {};
    return client.receive<socks5::request>();
}

}  // namespace

animals in_the_login() {
    return {
        {"login-always-right", "does not look at name and password", serve<login_always_right>},
        {"login-takes-longer", "takes a password that goes on behind the right one", serve<login_takes_longer>},
        {"login-takes-shorter", "takes a password that lacks the last octet", serve<login_takes_shorter>},
        {"login-ends-at-nul", "compares name and password up to a zero octet", serve<login_ends_at_nul>},
        {"login-again", "lets the client try again after a wrong login", serve<login_again>},
        {"login-version-5", "answers the login with VER 05", serve<login_version_5>},
        {"login-in-vain", "lets in who offers method 00, although there are users", serve<login_in_vain>},
    };
}

}  // namespace zoo
