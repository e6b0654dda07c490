/// Names. The system's look-up, getaddrinfo(), may take half a minute and cannot be interrupted, so another thread
/// waits for it.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/thread/scoped_thread.hpp>

#include <condition_variable>
#include <mutex>
#include <vector>

namespace network {

/// One look-up. Its destructor waits until the system has come back, so that no thread is left behind: a client
/// whose name server does not answer keeps its place until then, and cannot have thousands of look-ups under way.
class name_look_up {
public:
    /// Throws boost::thread_resource_error.
    name_look_up(boost::asio::io_context& io, std::string const& name);

    /// True when the look-up is done, false when it was given up before.
    bool wait();
    void give_up();

    /// After wait() returned true.
    boost::system::error_code error() const { return error_; }
    std::vector<boost::asio::ip::address> const& addresses() const { return addresses_; }

private:
    void run(boost::asio::io_context& io, std::string const& name);

    std::mutex mutex_;
    std::condition_variable changed_;
    bool done_ = false;
    bool given_up_ = false;
    boost::system::error_code error_;
    std::vector<boost::asio::ip::address> addresses_;
    boost::scoped_thread<> thread_;  ///< last: it uses all of the above
};

}  // namespace network
