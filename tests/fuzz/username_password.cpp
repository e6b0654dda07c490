/// The login, RFC 1929.
#include "socks5/username_password.hpp"

#include "message.hpp"
#include "session/trace.hpp"
#include "session/users.hpp"

namespace {

std::string traced(socks5::login const& login) {
    std::string shown;
    session::trace([&](std::string const& text) { shown += text; }, false).received(1, login);
    return shown;
}

void check_user(std::string const& name, std::string const& password) {
    session::users users;
    users.add(name, password);
    expect(users.know(name, password), "a user can log in");
    expect(!users.know(name, password + '\0'), "nobody can log in with a longer password");
    expect(!users.know(name, password.substr(1)), "nobody can log in with a shorter password");
    expect(!users.know(name + '\0', password), "nobody can log in with a longer name");
    users.add(name + password, name);
    expect(users.know(name, password), "a user can log in when there is another");
    expect(!users.know(name + password, password + name), "nobody can log in with a password that nobody has");
}

}  // namespace

void fuzz(socks5::octets const& input) {
    auto const login = received<socks5::login>(input);
    if (!login) return;
    expect(login->uname.size() == (login->ver == 1 ? login->ulen : 0), "a name is as long as ULEN says");
    expect(login->passwd.size() == login->plen, "a password is as long as PLEN says");
    auto another = *login;
    another.plen = 3;
    another.passwd = "abc";
    expect(traced(*login) == traced(another), "the trace is the same for every password");
    if (login->valid()) check_user(login->uname, login->passwd);
}
