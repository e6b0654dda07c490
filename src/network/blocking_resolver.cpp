#include "network/blocking_resolver.hpp"

#include "network/names.hpp"

namespace network {

blocking_resolver::~blocking_resolver() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !busy_; });
}

std::vector<boost::asio::ip::address> blocking_resolver::look_up(std::string const& name,
                                                                 boost::system::error_code& error) {
    error = boost::asio::error::operation_aborted;
    std::unique_lock lock(mutex_);
    if (busy_) return {};
    given_up_ = false;
    busy_ = true;
    try {
        threads_.run(crew::job([this, name] { run(name); }));
    } catch (boost::thread_resource_error const& e) {
        busy_ = false;
        error = e.code();
        return {};
    }
    changed_.wait(lock, [&] { return !busy_ || given_up_; });
    if (busy_) return {};
    error = error_;
    return std::move(addresses_);
}

void blocking_resolver::run(std::string const& name) {
    boost::system::error_code error;
    auto addresses = addresses_of(name, io_, error);
    std::lock_guard const lock(mutex_);
    error_ = error;
    addresses_ = std::move(addresses);
    busy_ = false;
    changed_.notify_one();
}

void blocking_resolver::give_up() {
    std::lock_guard const lock(mutex_);
    given_up_ = true;
    changed_.notify_one();
}

}  // namespace network
