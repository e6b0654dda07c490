#include "network/coroutine_resolver.hpp"

#include "network/names.hpp"

#include <boost/asio/post.hpp>

namespace network {

std::vector<asio::ip::address> coroutine_resolver::look_up(std::string const& name, boost::system::error_code& error,
                                                           yield_context const& yield) {
    error = asio::error::operation_aborted;
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
    while (busy_ && !given_up_) wait_for_change(yield);
    if (busy_) return {};
    error = error_;
    return std::move(addresses_);
}

/// In another thread, which touches nothing here: it sends its result.
void coroutine_resolver::run(std::string const& name) {
    boost::system::error_code error;
    auto addresses = addresses_of(name, io_, error);
    asio::post(io_, [this, error, addresses = std::move(addresses)]() mutable {
        error_ = error;
        addresses_ = std::move(addresses);
        busy_ = false;
        changed_.cancel();
    });
}

void coroutine_resolver::give_up() {
    given_up_ = true;
    changed_.cancel();
}

void coroutine_resolver::wait(yield_context const& yield) {
    while (busy_) wait_for_change(yield);
}

void coroutine_resolver::wait_for_change(yield_context const& yield) {
    boost::system::error_code cancelled;
    changed_.async_wait(yield[cancelled]);
}

}  // namespace network
