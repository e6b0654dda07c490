/// Names. The system's look-up, getaddrinfo(), may take half a minute and cannot be interrupted, so another thread
/// waits for it.
#pragma once

#include "network/crew.hpp"
#include "network/spawn.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>

#include <vector>

namespace network {

/// Looks up one name after the other. Before it is destroyed, wait() must have been called.
class coroutine_resolver {
public:
    /// `threads` are those that wait for the system. They need large stacks: who knows what it loads to look up a name.
    coroutine_resolver(asio::io_context& io, crew& threads) : io_(io), threads_(threads), changed_(io, never) {}
    coroutine_resolver(coroutine_resolver const&) = delete;
    coroutine_resolver& operator=(coroutine_resolver const&) = delete;

    /// The addresses of a name. `error` is operation_aborted when the look-up was given up, or could not be begun
    /// because the one before still hangs.
    std::vector<asio::ip::address> look_up(std::string const& name, boost::system::error_code& error,
                                           yield_context const& yield);

    /// Ends look_up() if it is under way.
    void give_up();

    /// Until the system has come back: a client whose name server does not answer keeps its place until then, and
    /// cannot have thousands of look-ups under way.
    void wait(yield_context const& yield);

private:
    void run(std::string const& name);
    void wait_for_change(yield_context const& yield);

    static constexpr auto never = asio::steady_timer::time_point::max();

    asio::io_context& io_;
    crew& threads_;
    asio::steady_timer changed_;
    bool busy_ = false;
    bool given_up_ = false;
    boost::system::error_code error_;
    std::vector<asio::ip::address> addresses_;
};

}  // namespace network
