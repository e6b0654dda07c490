/// What the clients of the coroutine network share.
#pragma once

#include "network/resources.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/steady_timer.hpp>

namespace network {

/// One thread runs the io_context, and nobody else touches what belongs to it: so nothing here needs to be locked.
struct coroutine_resources : resources {
    coroutine_resources() : resources(false, [this] { hurry(); }), next_round_(io) { go_rounds(); }

private:
    void go_rounds() {
        next_round_.expires_at(watchdog.go_round());
        next_round_.async_wait([this](boost::system::error_code) { go_rounds(); });
    }

    void hurry() {
        boost::asio::dispatch(io, [this] { next_round_.cancel(); });
    }

    boost::asio::steady_timer next_round_;
};

}  // namespace network
