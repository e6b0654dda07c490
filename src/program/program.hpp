/// What the two programs have in common: lines, listeners, and how they end.
#pragma once

#include "capture/recorder.hpp"
#include "network/listener.hpp"
#include "program/console.hpp"
#include "program/line_limit.hpp"
#include "program/options.hpp"
#include "session/record.hpp"

#include <list>
#include <mutex>

namespace plainsocks {

/// Writes lines that come from many threads and must not be mixed.
class printer {
public:
    printer(std::ostream& to, console which) : to_(to), console_(which) {}

    /// As it is, a reader who stops reading stops the writers. After this, they go on, and lines are lost and counted.
    void never_wait() { waits_ = false; }

    void operator()(std::string const& text);

    /// Can a line be written without waiting for the reader?
    bool is_read() const { return room(console_) > 0; }

private:
    bool write(std::string_view text);

    std::mutex mutex_;
    std::ostream& to_;
    console const console_;
    bool waits_ = true;
    std::size_t lost_ = 0;
};

extern printer out, err;

/// A line on the standard error, behind the name of this program.
void warn(std::string const& line);

/// A line for each client that has left; but anybody can come and make no request, a thousand times a second, and that
/// shall not fill the disk. Failed logins are counted apart, so that nobody can hide them behind other noise.
class client_log {
public:
    void write(session::record const& record);

    /// The last word.
    void end();

private:
    static void line(std::string const& text);
    void write_what_was_left_out(session::time_point at);

    std::mutex mutex_;
    line_limit failed_logins_;
    line_limit without_request_;  ///< other clients that made none
};

/// Listens everywhere or nowhere. Throws std::runtime_error.
std::list<network::listener> listen(boost::asio::io_context& io, std::vector<network::tcp::endpoint> const& endpoints);

/// The line that says where clients find it.
void announce(network::listener const& listener);

/// An address that this machine does not have should not wait for the first client to be found out.
/// Throws std::system_error.
void try_outgoing(boost::asio::io_context& io, boost::asio::ip::address const& address);

/// For --pcap; nothing when it was not given. Throws std::system_error.
std::unique_ptr<capture::recorder> start_recording(options const& options);

/// The end of a program that cannot wait for its threads: a name look-up cannot be interrupted, nor can a thread that
/// writes its log to somebody who does not read. So nothing here waits, either.
[[noreturn]] void leave_threads_behind();

/// The whole of main(): options, errors, exit codes. `run` serves until a signal comes.
int main_of(program const& which, int argc, char** argv, void (*run)(options const&));

}  // namespace plainsocks
