/// What the owner of the proxy has decided.
#pragma once

#include "session/any_network.hpp"
#include "session/rules.hpp"
#include "session/trace.hpp"
#include "session/users.hpp"

namespace session {

struct settings {
    session::users users;
    session::rules rules;

    // Limits in milliseconds; zero is no limit.
    std::chrono::milliseconds handshake{10'000};  ///< from accept to the end of the request
    std::chrono::milliseconds connect{10'000};    ///< to look up a name and try all its addresses
    std::chrono::milliseconds bind{60'000};       ///< to wait for the peer of a BIND
    std::chrono::milliseconds idle{0};            ///< without an octet in either direction

    bool offer_bind = true;
    bool offer_udp = true;
    std::optional<socks5::host> udp_advertise;  ///< what clients behind a NAT are told to send datagrams to

    std::optional<session::trace> trace;
};

}  // namespace session
