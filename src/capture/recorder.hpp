/// A file that packets are recorded to, by a thread of its own.
#pragma once

#include "capture/file.hpp"
#include "capture/pcapng.hpp"

#include <boost/thread/scoped_thread.hpp>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>

namespace capture {

using socks5::octet;
using socks5::octets;

/// On which side of the proxy. These are the numbers of the interfaces in the file.
enum class side : std::uint32_t { client, target };

/// The file is valid at any moment: if this program is killed, or the disk is full, it ends with the last whole packet.
/// A kill cuts what is being written at the end of a page of the system. So no packet crosses one, except those that
/// are larger than a page: large datagrams.
class recorder {
public:
    /// Writes over what the file held. A pipe will do, too. Calls warn(line) once if the recording ends before its
    /// time. Throws std::system_error.
    recorder(std::string const& path, std::function<void(std::string const&)> warn);

    /// Writes what is still to be written.
    ~recorder();

    recorder(recorder const&) = delete;
    recorder& operator=(recorder const&) = delete;

    /// From any thread. Nothing is ever left out: when the file takes packets more slowly than they come, this waits.
    /// When it takes none for a second, the recording ends, and the proxy goes on without.
    void record(side where, std::span<octet const> packet, std::string_view comment);

    /// The recording has ended before its time, and what is recorded is lost.
    bool is_over() const { return over_; }

private:
    void append(octets const& block);
    void work();
    void give_up(std::string const& why);

    std::string const path_;
    std::function<void(std::string const&)> const warn_;
    output_file const file_;

    std::mutex mutex_;  // for what follows
    std::condition_variable changed_;
    std::deque<octets>
        queue_;               ///< pieces of the file, each at most a page or one large packet, to be written in one go
    std::uint64_t size_ = 0;  ///< of the file when all of them are written, in octets
    bool closing_ = false;
    std::atomic<bool> over_ = false;

    boost::scoped_thread<> thread_;
};

}  // namespace capture
