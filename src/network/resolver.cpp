#include "network/resolver.hpp"

namespace network {

using boost::asio::ip::tcp;

name_look_up::name_look_up(boost::asio::io_context& io, std::string const& name)
    : thread_([this, &io, name] { run(io, name); }) {}

void name_look_up::run(boost::asio::io_context& io, std::string const& name) {
    boost::system::error_code error;
    tcp::resolver resolver(io);
    auto const results = resolver.resolve(name, "", tcp::resolver::flags(), error);
    std::lock_guard const lock(mutex_);
    error_ = error;
    for (auto const& entry : results) addresses_.push_back(entry.endpoint().address());
    done_ = true;
    changed_.notify_one();
}

bool name_look_up::wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return done_ || given_up_; });
    return done_;
}

void name_look_up::give_up() {
    std::lock_guard const lock(mutex_);
    given_up_ = true;
    changed_.notify_one();
}

}  // namespace network
