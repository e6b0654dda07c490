/// What the log says about a client.
#pragma once

#include "session/any_network.hpp"
#include "socks5/request.hpp"

#include <atomic>

namespace session {

/// Filled in while the session goes on; written as one line when it has ended.
struct record {
    static constexpr auto login_failed = "login failed";

    std::size_t number;  ///< of the connection, from 1
    socks5::address client = {};
    std::string user = {};
    std::optional<socks5::request> request = {};
    std::atomic<std::uint64_t> up = 0;    ///< octets from client to target
    std::atomic<std::uint64_t> down = 0;  ///< octets from target to client
    std::string end = {};                 ///< why it ended
    time_point began = clock::now();

    /// "#7 127.0.0.1:40112, user alice, CONNECT localhost:80", as far as it is known.
    std::string who() const {
        using namespace std::string_literals;
        return '#' + std::to_string(number) + ' ' + to_string(client) +
               (user.empty() ? "" : ", user " + socks5::printable(user)) +
               (request ? ", "s + std::string(name(request->cmd)) + ' ' + to_string(request->dst) : "");
    }

    /// The same, and ", 0.012 s, 78 octets up, 612 octets down: done". Always "octets", so that a program that reads
    /// the log needs one pattern.
    std::string line() const {
        auto const ms = std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - began).count();
        auto const fraction = std::to_string(1000 + ms % 1000).substr(1);
        return who() + ", " + std::to_string(ms / 1000) + '.' + fraction + " s, " + std::to_string(up) +
               " octets up, " + std::to_string(down) + " octets down: " + end;
    }
};

}  // namespace session
