/// Where the network of one client is tapped: it makes the observers of its connections and sockets.
#pragma once

#include "capture/connection.hpp"
#include "capture/datagrams.hpp"

#include <memory>

namespace capture {

class tap {
public:
    /// describe() says in one line whose connections these are: the comment of each.
    tap(recorder& to, std::function<std::string()> describe) : recorder_(to), describe_(std::move(describe)) {}

    std::unique_ptr<connection> open(side where, socks5::address const& ours, socks5::address const& peer) const {
        return std::make_unique<connection>(recorder_, where, ours, peer, describe_());
    }

    std::unique_ptr<datagrams> open(side where, std::function<socks5::host(socks5::address const&)> route) const {
        return std::make_unique<datagrams>(recorder_, where, std::move(route), describe_());
    }

private:
    recorder& recorder_;
    std::function<std::string()> describe_;
};

}  // namespace capture
