/// What holds for every message that the proxy receives.
#pragma once

#include "fakes.hpp"
#include "fuzz.hpp"
#include "socks5/reply.hpp"

#include <arpa/inet.h>

#include <optional>

/// The message at the front of the input; nothing when the input ends within it, or is not SOCKS5.
template <class Message>
std::optional<Message> received(socks5::octets const& input) {
    fakes::reader read{input};
    try {
        auto const message = Message::receive(read);
        socks5::octets const taken(input.begin(), input.end() - std::ssize(read.rest()));
        expect(fakes::reads_exactly<Message>(taken), "a message takes its own octets, and its fields show them all");
        for (auto const& field : message.fields()) {
            expect(one_line(field.name), "the name of a field fits one line");
            expect(one_line(field.meaning), "the meaning of a field fits one line");
        }
        return message;
    } catch (socks5::malformed const& e) {
        expect(one_line(e.what()), "what is wrong with a message fits one line");
    } catch (std::runtime_error const&) {
        expect(input.size() <= 600, "every message has an end");
    }
    return {};
}

/// What printable() has written, as it was before.
inline std::string unprintable(std::string_view text) {
    std::string raw;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\')
            raw += text[i];
        else if (text[++i] == '\\')
            raw += '\\';
        else {
            raw += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
            i += 2;
        }
    }
    return raw;
}

/// An IP address as the system reads it.
template <int family, class Ip>
Ip ip_of(std::string const& text) {
    Ip ip;
    expect(::inet_pton(family, text.c_str(), ip.octets.data()) == 1, "an IP address looks like one");
    return ip;
}

/// An address that came in a message.
inline void check(socks5::address const& address) {
    expect(one_line(to_string(address)), "an address fits one line");
    if (!address.known()) return;  // nor is it ever sent

    fakes::reader wire{socks5::octets_of(address)};
    expect(socks5::address::receive(wire) == address, "an address that is sent is the same when it is received");

    socks5::reply const reply{socks5::rep::succeeded, address};
    expect(fakes::shown_by(reply) == socks5::octets_of(reply), "the fields of a reply show all its octets");

    auto const text = to_string(address.host);
    if (auto const* name = std::get_if<socks5::domainname>(&address.host))
        expect(unprintable(text) == name->octets, "two different names never look the same");
    if (auto const* ip = std::get_if<socks5::ipv4>(&address.host))
        expect(ip_of<AF_INET, socks5::ipv4>(text) == *ip, "an IPv4 address is written as it is");
    if (auto const* ip = std::get_if<socks5::ipv6>(&address.host))
        expect(ip_of<AF_INET6, socks5::ipv6>(text) == *ip, "an IPv6 address is written as it is");
}
