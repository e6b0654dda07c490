/// What the server says to a client, field by field.
#include "socks5/reply.hpp"
#include "socks5spec/client.hpp"

namespace spec {

namespace {

/// Each field of a server's message in words.
std::string meaning(std::string const& name, octets const& value) {
    auto const first = value.empty() ? octet(0) : value.front();
    if (name == "METHOD") return std::string(socks5::name(socks5::method(first)));
    if (name == "STATUS") return first == 0 ? "success" : "failure";
    if (name == "REP") return std::string(phrase(socks5::rep(first)));
    return {};
}

/// "05, Connection refused", or the octet alone.
std::string in_words(std::string const& name, octet o) {
    auto const meant = meaning(name, {o});
    return socks5::hex(o) + (meant.empty() ? "" : ", " + meant);
}

/// What a wrong REP says about the server, whatever the case is about.
std::string usual_cause(octets const& allowed, octet rep) {
    if (rep == 0) return "The server says \"succeeded\" before it has connected, or whatever comes of it.";
    if (allowed == octets{0})
        return "The target listens. Does the server connect to the address and port of the request, high octet first?";
    if (rep == 1) return "The server reports every failure as a general one. REP tells the client what is wrong.";
    return {};
}

}  // namespace

octets client::field(std::string const& name, std::size_t n, std::string const& cause) {
    auto const suspicion = current().suspicion;
    if (!cause.empty()) suspect(cause);
    auto& event = current().story.back();
    event.fields.push_back({name, {}, "missing"});
    event.wrong = {name, 0};
    auto const value = read(n, "the field " + name);
    event.fields.back() = {name, value, meaning(name, value)};
    event.wrong.reset();
    current().suspicion = suspicion;
    return value;
}

void client::expect(std::string const& name, octets const& allowed, causes const& why) {
    std::string expected;
    for (auto const o : allowed) expected += (expected.empty() ? "" : "; or ") + in_words(name, o);
    expect(name, allowed, why, expected);
}

void client::expect(std::string const& name, octets const& allowed, causes const& why, std::string const& expected) {
    auto& event = *std::ranges::find_if(current().story.rbegin(), current().story.rend(), [&](auto const& e) {
        return std::ranges::find(e.fields, name, &socks5::field::name) != e.fields.end();
    });
    auto const value = std::ranges::find(event.fields, name, &socks5::field::name)->value.front();
    if (std::ranges::find(allowed, value) != allowed.end()) return;
    event.wrong = {name, 0};
    current().filter += " and " + std::string(name == "METHOD"   ? "socks.auth_accepted_method"
                                              : name == "STATUS" ? "socks.auth_status"
                                                                 : "socks.results");
    auto const usual = name == "REP" ? usual_cause(allowed, value) : "";
    fail(name + " " + expected, name + " " + in_words(name, value), why.contains(value) ? why.at(value) : usual);
}

octet client::receive_selection() {
    stands_on(plain::greeting);
    current().story.push_back({"server -> client  method selection"});
    field("VER", 1);
    expect("VER", {5},
           {{0, "Is it a SOCKS4 answer? The answer begins with 05."},
            {1, "01 is the version of the login, RFC 1929. The method selection begins with 05."}});
    return field("METHOD", 1).front();
}

octet client::receive_status() {
    stands_on(plain::login);
    current().story.push_back({"server -> client  login status"});
    field("VER", 1);
    expect("VER", {1}, {{5, "The login has a version of its own, 01 (RFC 1929); 05 is the version of SOCKS."}});
    return field("STATUS", 1).front();
}

address client::receive_address(bool of_failure) {
    auto const type = field("ATYP", 1).front();
    expect(
        "ATYP", {1, 4, 3},
        {{0, of_failure ? "ATYP of a reply is never 00. In a reply that says failure, too, send 01, then 0.0.0.0 and "
                          "port 0: ten octets in all."
                        : "ATYP of a reply is never 00. Send 01, then four octets of address and two of port."},
         {type, "ATYP of the reply is the type of BND.ADDR, whatever that of the request was."}},
        of_failure ? "01 (best here), 03 or 04" : "01, 03 or 04");
    auto const short_of = [](std::string const& promised) {
        return "ATYP says that " + promised + ". Does it fit the address that is sent behind it?";
    };
    socks5::host host;
    if (type == 1) {
        socks5::ipv4 v4;
        std::ranges::copy(field("BND.ADDR", 4, short_of("4 octets of address follow")), v4.octets.begin());
        host = v4;
    } else if (type == 4) {
        socks5::ipv6 v6;
        std::ranges::copy(field("BND.ADDR", 16, short_of("16 octets of address follow")), v6.octets.begin());
        host = v6;
    } else {
        auto const length = field("length", 1, short_of("a length and a name follow")).front();
        auto const name = field("BND.ADDR", length, short_of("a name follows"));
        host = socks5::domainname{{name.begin(), name.end()}};
    }
    auto const port = field("BND.PORT", 2, short_of("the port comes behind that address"));
    address const bnd{host, static_cast<std::uint16_t>(port[0] << 8 | port[1])};
    auto& fields = current().story.back().fields;
    fields.back().meaning = std::to_string(bnd.port);
    (fields.end() - 2)->meaning = to_string(host);
    return bnd;
}

reply client::receive_reply() {
    current().story.push_back({"server -> client  reply"});
    field("VER", 1, current().suspicion.empty() ? "Every request gets a reply, also one that fails." : "");
    expect("VER", {5});
    auto const rep = field("REP", 1).front();
    auto const rsv = field("RSV", 1).front();
    expect("RSV", {0}, {{rsv, "RSV is 00 in each reply. Is the octet left as it happens to be?"}});
    return {rep, receive_address(rep != 0)};
}

reply client::expect_reply(octets const& reps, causes const& why) {
    auto const came = receive_reply();
    expect("REP", reps, why);
    return came;
}

reply client::receive_reply_for(address const& dst) {
    auto const came = receive_reply();
    auto const lacks = [&](octet rep) { return came.rep == rep; };
    if (std::holds_alternative<socks5::ipv6>(dst.host) && std::ranges::any_of(octets{1, 3, 4, 8}, lacks))
        not_supported("ipv6", "REP " + rep_text(came.rep) + " for a target on [::1]");
    return came;
}

}  // namespace spec
