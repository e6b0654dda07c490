#include "capture/recorder.hpp"

namespace capture {

namespace {

constexpr std::size_t page = 4096;           // octets
constexpr std::size_t longest_queue = 4096;  // pieces
constexpr std::chrono::seconds patience{1};

/// Since 1970, and never backwards: whoever sets the clock does not change the order of packets.
std::chrono::nanoseconds now() {
    using std::chrono::steady_clock, std::chrono::system_clock;
    static auto const start = steady_clock::now();
    static auto const start_since_1970 = system_clock::now().time_since_epoch();
    return start_since_1970 + (steady_clock::now() - start);
}

}  // namespace

recorder::recorder(std::string const& path, std::function<void(std::string const&)> warn)
    : path_(path), warn_(std::move(warn)), file_(path) {
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
    std::uint64_t written = 0;
    std::unique_lock lock(mutex_);
    while (!over_) {
        changed_.wait(lock, [&] { return closing_ || !queue_.empty(); });
        if (queue_.empty()) return;
        auto const piece = std::move(queue_.front());
        queue_.pop_front();
        changed_.notify_all();
        lock.unlock();
        auto const error = file_.write(piece, patience);
        if (error) file_.cut(written);  // no half of a packet shall stay
        written += piece.size();
        lock.lock();
        if (error) give_up(error == std::errc::timed_out ? "nobody reads it" : error.message());
    }
}

/// To be called with the lock.
void recorder::give_up(std::string const& why) {
    if (over_.exchange(true)) return;
    queue_.clear();
    changed_.notify_all();
    warn_("the recording to " + path_ + " has ended: " + why);
}

}  // namespace capture
