/// Names. The system's look-up, getaddrinfo(), may take half a minute and cannot be interrupted, so another thread
/// waits for it.
#pragma once

#include "network/crew.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <condition_variable>
#include <mutex>
#include <vector>

namespace network {

/// Looks up one name after the other. The destructor waits until the system has come back, so that no thread is left
/// behind: a client whose name server does not answer keeps its place until then, and cannot have thousands of
/// look-ups under way.
class blocking_resolver {
public:
    /// `threads` are those that wait for the system. They need large stacks: who knows what it loads to look up a name.
    blocking_resolver(boost::asio::io_context& io, crew& threads) : io_(io), threads_(threads) {}
    ~blocking_resolver();
    blocking_resolver(blocking_resolver const&) = delete;
    blocking_resolver& operator=(blocking_resolver const&) = delete;

    /// The addresses of a name. `error` is operation_aborted when the look-up was given up, or could not be begun
    /// because the one before still hangs.
    std::vector<boost::asio::ip::address> look_up(std::string const& name, boost::system::error_code& error);

    /// Ends look_up() if it is under way, from any thread.
    void give_up();

private:
    void run(std::string const& name);

    boost::asio::io_context& io_;
    crew& threads_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool busy_ = false;
    bool given_up_ = false;
    boost::system::error_code error_;
    std::vector<boost::asio::ip::address> addresses_;
};

}  // namespace network
