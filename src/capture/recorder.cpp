#include "capture/recorder.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <system_error>
#include <tuple>

namespace capture {

namespace {

constexpr std::size_t page = 4096;           // octets; as many as a pipe takes in one go
constexpr std::size_t longest_queue = 4096;  // pieces
constexpr std::chrono::seconds patience{1};

std::string last_error() { return std::generic_category().message(errno); }

int open_file(std::string const& path) {
    constexpr int only_for_us = 0600;
    int const file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, only_for_us);
    if (file < 0) throw std::runtime_error("cannot write --pcap " + path + ": " + last_error());
    return file;
}

/// Since 1970, and never backwards: whoever sets the clock does not change the order of packets.
std::chrono::nanoseconds now() {
    using std::chrono::steady_clock, std::chrono::system_clock;
    static auto const start = steady_clock::now();
    static auto const start_since_1970 = system_clock::now().time_since_epoch();
    return start_since_1970 + (steady_clock::now() - start);
}

}  // namespace

recorder::recorder(std::string const& path, std::function<void(std::string const&)> warn)
    : path_(path), warn_(std::move(warn)), file_(open_file(path)) {
    append(pcapng::section_header("plainsocks"));
    append(pcapng::interface_description("client side"));
    append(pcapng::interface_description("target side"));
    thread_ = boost::scoped_thread<>([this] { work(); });
}

recorder::~recorder() {
    {
        std::lock_guard const lock(mutex_);
        closing_ = true;
        changed_.notify_all();
    }
    thread_.join();
    ::close(file_);
}

void recorder::record(side where, std::span<octet const> packet, std::string_view comment) {
    std::unique_lock lock(mutex_);
    auto const has_room = [&] { return over_ || queue_.size() < longest_queue; };
    if (!changed_.wait_for(lock, patience, has_room)) give_up("it takes no more");
    if (over_) return;
    auto const block = pcapng::enhanced_packet(static_cast<std::uint32_t>(where), now(), packet, comment);
    auto const left = page - size_ % page;
    if (block.size() > left && left < page) append(pcapng::filler(left));
    append(block);
    changed_.notify_all();
}

void recorder::append(octets const& block) {
    if (queue_.empty() || size_ % page == 0) queue_.emplace_back();
    auto& piece = queue_.back();
    piece.insert(piece.end(), block.begin(), block.end());
    size_ += block.size();
}

void recorder::work() {
    ::off_t written = 0;
    std::unique_lock lock(mutex_);
    while (!over_) {
        changed_.wait(lock, [&] { return closing_ || !queue_.empty(); });
        if (queue_.empty()) return;
        auto const piece = std::move(queue_.front());
        queue_.pop_front();
        changed_.notify_all();
        lock.unlock();
        auto const trouble = write(piece);
        if (!trouble.empty()) std::ignore = ::ftruncate(file_, written);  // no half of a packet shall stay
        written += static_cast<::off_t>(piece.size());
        lock.lock();
        if (!trouble.empty()) give_up(trouble);
    }
}

/// What went wrong, or nothing.
std::string recorder::write(std::span<octet const> piece) const {
    constexpr int patience_ms = std::chrono::milliseconds(patience).count();
    while (!piece.empty()) {
        pollfd reader{file_, POLLOUT, 0};  // only a pipe makes us wait
        if (::poll(&reader, 1, patience_ms) == 0) return "nobody reads it";
        auto const n = ::write(file_, piece.data(), std::min(piece.size(), page));
        if (n >= 0)
            piece = piece.subspan(static_cast<std::size_t>(n));
        else if (errno != EINTR)
            return last_error();
    }
    return {};
}

/// To be called with the lock.
void recorder::give_up(std::string const& why) {
    if (over_.exchange(true)) return;
    queue_.clear();
    changed_.notify_all();
    warn_("the recording to " + path_ + " has ended: " + why);
}

}  // namespace capture
