/// Starting a coroutine, the one thing that differs between versions of Boost.
#pragma once

#include <boost/version.hpp>

#define BOOST_COROUTINES_NO_DEPRECATION_WARNING

#include <boost/asio/io_context.hpp>
#include <boost/asio/spawn.hpp>

#if BOOST_VERSION >= 108000
#include <boost/context/protected_fixedsize_stack.hpp>
#else
#include <boost/asio/bind_executor.hpp>
#endif

namespace network {

namespace asio = boost::asio;

// A stack gets its memory page by page, when it first uses it; most use one. So each shall have pages of its own, which
// the system gets back.

#if BOOST_VERSION >= 108000

using yield_context = asio::yield_context;

/// Runs f(yield) in a coroutine of its own, at once or soon.
template <class F>
void spawn(asio::io_context& io, F f) {
    auto const passed_on = [](std::exception_ptr const& e) {
        if (e) std::rethrow_exception(e);
    };
    boost::context::protected_fixedsize_stack stack(65'536);
    asio::spawn(io, std::allocator_arg, std::move(stack), std::move(f), passed_on);
}

#else

// Boost.Coroutine. Bound to the executor itself, because asio::spawn(io, f) would put a strand in between; that is for
// an io_context that several threads run, and costs time.
using yield_context = asio::basic_yield_context<asio::executor_binder<void (*)(), asio::io_context::executor_type>>;

template <class F>
void spawn(asio::io_context& io, F f) {
    // Stacks come from malloc(). From 128 KiB on it asks the system for pages; the first 16 octets it keeps for itself.
    constexpr std::size_t stack = 33 * 4096 - 16;
    void (*const nothing_follows)() = [] {};
    asio::spawn(asio::bind_executor(io.get_executor(), nothing_follows), std::move(f),
                boost::coroutines::attributes(stack));
}

#endif

}  // namespace network
