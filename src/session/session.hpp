/// The whole of a session, in the order of RFC 1928: greeting, login, request, and what was requested.
#pragma once

#include "session/bind.hpp"
#include "session/connect.hpp"
#include "session/udp_associate.hpp"
#include "socks5/username_password.hpp"

namespace session {

/// Section 3. With users, every client must log in; without, none needs to. The order of the client's list does not
/// matter.
inline socks5::method select(socks5::greeting const& greeting, users const& users) {
    auto const wanted = users.empty() ? socks5::method::no_authentication_required : socks5::method::username_password;
    return greeting.offers(wanted) ? wanted : socks5::method::no_acceptable_methods;
}

/// RFC 1929. A wrong guess is answered late, so that guessing on one connection takes long.
template <any_network Net>
bool log_in(conversation<Net>& client) {
    auto const login = client.template receive<socks5::login>();
    client.record.user = login.uname;
    if (login.valid() && client.settings.users.know(login.uname, login.passwd)) {
        client.send(socks5::login_status{true});
        return true;
    }
    client.record.end = record::login_failed;
    client.net.pause(300ms);
    client.hang_up(socks5::login_status{false});
    return false;
}

/// Everything up to the request; no request when the client was turned away before.
template <any_network Net>
std::optional<socks5::request> handshake(conversation<Net>& client) {
    auto const greeting = client.template receive<socks5::greeting>();
    auto const selection = socks5::method_selection{select(greeting, client.settings.users)};
    if (selection.method == socks5::method::no_acceptable_methods) {
        client.record.end = "no acceptable methods";
        client.hang_up(selection);
        return {};
    }
    client.send(selection);
    if (selection.method == socks5::method::username_password && !log_in(client)) return {};
    return client.template receive<socks5::request>();
}

/// One time limit for all of it, however slowly the octets drip.
template <any_network Net>
std::optional<socks5::request> handshake_in_time(conversation<Net>& client) {
    auto& net = client.net;
    auto const alarm = net.alarm_at(after(client.settings.handshake), [&] { client.stream.end(); });
    try {
        return handshake(client);
    } catch (std::exception const& e) {
        if (!alarm.rang()) throw;
        throw std::runtime_error(cut_short(net, e.what() + std::string(" (time limit)")));
    }
}

/// Section 4, and from there to the end of the session.
template <any_network Net>
void carry_out(conversation<Net>& client, socks5::request const& request) {
    if (!request.dst.known()) throw socks5::refused(socks5::rep::address_type_not_supported, to_string(request.dst));
    switch (request.cmd) {
        case socks5::cmd::connect: return connect(client, request.dst);
        case socks5::cmd::bind: return bind(client, request.dst);
        case socks5::cmd::udp_associate: return udp_associate(client, request.dst);
    }
    throw socks5::refused(socks5::rep::command_not_supported,
                          "unknown command 0x" + socks5::hex(socks5::octet(request.cmd)));
}

/// "REP 04, Host unreachable: Host not found".
inline std::string why(socks5::refused const& refusal) {
    auto const phrase = std::string(socks5::phrase(refusal.rep));
    auto const text = "REP " + socks5::hex(socks5::octet(refusal.rep)) + ", " + phrase;
    return refusal.what() == phrase ? text : text + ": " + refusal.what();
}

/// Serves a client until the session has ended, whatever the client does, and closes its connection; `record` then says
/// how it was.
template <any_network Net>
void serve(Net& net, typename Net::stream stream, settings const& settings, record& record) {
    conversation<Net> client{net, stream, settings, record};
    std::optional<socks5::refused> refusal;
    try {
        if (!settings.rules.admit(record.client.host)) throw std::runtime_error("client not allowed");
        record.request = handshake_in_time(client);
        if (record.request) carry_out(client, *record.request);
    } catch (socks5::refused const& r) {
        refusal = r;
    } catch (std::exception const& e) {
        record.end = e.what();
    }
    if (!refusal) return;
    record.end = why(*refusal);
    client.hang_up(socks5::reply{refusal->rep});  // not in the catch: a coroutine must not wait in there
}

}  // namespace session
