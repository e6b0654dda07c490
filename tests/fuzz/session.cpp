/// A whole session, from a script.
#include "session/session.hpp"

#include "datagrams.hpp"
#include "streams.hpp"

#include <sstream>

using namespace fakes;

namespace {

/// RFC 1929.
bool check_login(outcome& o) {
    if (over(o.said)) return false;
    auto const login = socks5::login::receive(o.heard);
    auto const [ver, status] = socks5::take<2>(o.said);
    auto const user = o.before.users.find(login.uname);
    auto const right = login.ver == 1 && user != o.before.users.end() && user->second == login.passwd;
    expect(ver == 1 && (status == 0) == right, "who knows the password of a user gets in, and nobody else");
    expect(right || o.after.record.end == "login failed", "the log says that a login has failed");
    if (!right) o.end("nothing is sent after a failed login");
    return right;
}

/// The request, if the client has come as far as that; and then the proxy's answers until then were right.
std::optional<socks5::request> check_handshake(outcome& o) {
    if (over(o.said)) return {};
    auto const greeting = socks5::greeting::receive(o.heard);
    auto const [ver, method] = socks5::take<2>(o.said);
    auto const wanted = o.before.users.empty() ? 0x00 : 0x02;
    auto const offered = greeting.offers(socks5::method(wanted));
    expect(ver == 5 && method == (offered ? wanted : 0xff), "the method is the one that the settings want");
    if (!offered) o.end("nothing is sent after 05 ff");
    if (!offered || (wanted == 0x02 && !check_login(o)) || over(o.said)) return {};
    return socks5::request::receive(o.heard);
}

void check_answer(outcome& o, socks5::request const& request) {
    for (auto const& event : o.events("resolve")) expect(one_line(event), "only what is visible can be a name");
    auto const reply = o.reply();
    auto const success = reply.rep == socks5::rep::succeeded;
    auto const& settings = o.before.settings;
    if (!request.dst.known())
        return expect(reply.rep == socks5::rep::address_type_not_supported, "an unknown type of address is REP 08");
    switch (request.cmd) {
        case socks5::cmd::connect: return check_connect(o, request, reply);
        case socks5::cmd::bind:
            expect(!success || settings.offer_bind, "BIND can be turned off");
            return success ? check_bind(o, request) : void();
        case socks5::cmd::udp_associate:
            expect(!success || settings.offer_udp, "UDP ASSOCIATE can be turned off");
            return check_datagrams(o, request.dst.port);
    }
    expect(!success, "an unknown command does not succeed");
}

/// Without a request, which takes a login where there are users, the world does not notice the client.
void check_silence(outcome const& o) {
    auto const& world = o.after.world;
    expect(world.events == o.events("pause"), "nothing is asked of the network without a request");
    expect(world.to_targets.empty() && world.to_client.empty(), "no datagram goes anywhere without a request");
    expect(world.sockets == o.before.world.sockets, "no socket is taken without a request");
}

void check_shown(script const& played) {
    auto const& record = played.record;
    expect(one_line(record.line()), "a line of the log is one line");
    expect(!record.end.empty(), "the log says how a session has ended");
    expect(record.end.find("for ever") == std::string::npos, "nothing waits for ever");
    std::istringstream traced(played.traced);
    for (std::string line; std::getline(traced, line);)
        expect(line.starts_with("#1 ") && one_line(line), "a line of the trace is one line, with the session's number");
}

/// Makes every password longer by an octet: where the client sends it, and where the proxy knows it.
void disguise(script& s) {
    for (auto const& [name, password] : s.users) s.settings.users.add(name, 'x' + password);
    reader heard{s.from_client};
    try {
        socks5::greeting::receive(heard);
        auto const [ver, ulen] = socks5::take<2>(heard);
        heard(ulen);
        auto const [plen] = socks5::take<1>(heard);
        if (ver != 1 || plen == 255) return;  // no user has so long a password
        auto const passwd = s.from_client.begin() + static_cast<std::ptrdiff_t>(heard.at);
        ++passwd[-1];
        s.from_client.insert(passwd, 'x');
    } catch (std::runtime_error const&) {
        // The client does not come as far as a password.
    }
}

void check_secrets(octets const& input, script const& played) {
    script disguised(input);
    disguise(disguised);
    disguised.play();
    expect(disguised.traced == played.traced, "the trace does not depend on passwords");
    expect(disguised.record.end == played.record.end, "the log does not depend on passwords");
}

}  // namespace

void fuzz(octets const& input) {
    script const before(input);
    script after(input);
    after.play();
    outcome o{before, after};
    if (auto const request = check_handshake(o))
        check_answer(o, *request);
    else
        check_silence(o);
    check_shown(after);
    if (!before.users.empty()) check_secrets(input, after);
}
