/// Names. The system's look-up, getaddrinfo(), may take half a minute and cannot be interrupted, so another thread
/// waits for it.
#pragma once

#include "network/errors.hpp"
#include "network/resources.hpp"

#include <vector>

namespace network {

using ip_addresses = std::vector<asio::ip::address>;

/// The addresses that the system finds for a name. It waits.
ip_addresses addresses_of(std::string const& name, asio::io_context& io, error_code& error);

/// Looks up one name after the other. Event is how the network waits: event or coroutine_event.
template <class Event>
class resolver {
public:
    /// `of_event` is what the constructor of Event takes.
    explicit resolver(resources& shared, auto&... of_event) : shared_(shared), event_(of_event...) {}
    resolver(resolver const&) = delete;
    resolver& operator=(resolver const&) = delete;

    /// The addresses of a name. `error` is operation_aborted when the look-up was given up, or could not be begun
    /// because the one before still hangs.
    ip_addresses look_up(std::string const& name, error_code& error, auto const&... how_to_wait) {
        bool was_busy = false;
        event_.change([&] {
            was_busy = std::exchange(busy_, true);
            given_up_ = false;
        });
        error = asio::error::operation_aborted;  // unless the answer says otherwise
        if (was_busy) return {};
        try {
            shared_.look_ups.run(thread_pool::job([this, name] {
                error_code failure;
                auto found = addresses_of(name, shared_.io, failure);
                done(failure, std::move(found));
            }));
        } catch (std::exception const&) {
            done(asio::error::try_again, {});  // no thread, or no memory
        }
        event_.wait([&] { return !busy_ || given_up_; }, how_to_wait...);
        ip_addresses found;
        event_.change([&] {
            if (busy_) return;
            error = error_;
            found = std::move(found_);
        });
        return found;
    }

    /// Ends look_up() if it is under way, from any thread.
    void give_up() {
        event_.change([this] { given_up_ = true; });
    }

    /// To be called before the end, and waits until the system has come back. So no thread is left behind: a client
    /// whose name server does not answer keeps its place until then, and cannot have thousands of look-ups under way.
    void finish(auto const&... how_to_wait) {
        event_.wait([&] { return !busy_; }, how_to_wait...);
    }

private:
    void done(error_code error, ip_addresses found) {
        event_.change([this, error, found = std::move(found)]() mutable {
            error_ = error;
            found_ = std::move(found);
            busy_ = false;
        });
    }

    resources& shared_;
    Event event_;  // for what follows
    bool busy_ = false;
    bool given_up_ = false;
    error_code error_;
    ip_addresses found_;
};

}  // namespace network
