/// Who may use a UDP association, RFC 1928 section 7.
#pragma once

#include "socks5/address.hpp"

#include <deque>
#include <mutex>
#include <optional>
#include <set>

namespace session {

/// Remembers the client, and the targets that it has sent to: nobody else's datagrams pass. May be used by two threads.
class association {
public:
    /// Datagrams must come from this host; from this port, or where it is 0, from the port that sends first.
    association(socks5::host const& host, std::uint16_t port) : client_{host, port} {}

    bool is_client(socks5::address const& sender) {
        std::lock_guard const lock(guard_);
        if (client_.port == 0 && sender.host == client_.host) client_.port = sender.port;
        return sender == client_;
    }

    /// Where answers go.
    socks5::address client() const {
        std::lock_guard const lock(guard_);
        return client_;
    }

    /// The client sends to this target, so this target may answer.
    void contact(socks5::address const& target) {
        std::lock_guard const lock(guard_);
        if (!targets_.insert(target).second) return;
        order_.push_back(target);
        if (order_.size() <= most) return;
        targets_.erase(order_.front());
        order_.pop_front();
    }

    bool may_answer(socks5::address const& sender) const {
        std::lock_guard const lock(guard_);
        return targets_.contains(sender);
    }

private:
    static constexpr std::size_t most = 4096;  ///< targets; the one known longest is forgotten for a new one

    mutable std::mutex guard_;
    socks5::address client_;
    std::set<socks5::address> targets_;
    std::deque<socks5::address> order_;
};

}  // namespace session
