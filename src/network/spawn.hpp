/// Starting a coroutine, the one thing that differs between versions of Boost.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/version.hpp>

#if BOOST_VERSION >= 108000
#include <boost/asio/spawn.hpp>
#include <boost/context/protected_fixedsize_stack.hpp>
#else
#define BOOST_COROUTINES_NO_DEPRECATION_WARNING
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/spawn.hpp>
#include <boost/coroutine/protected_stack_allocator.hpp>

// This Asio does not let us choose where stacks come from: always malloc(). So its allocator has to ask another one.
namespace boost::coroutines {

template <>
inline void standard_stack_allocator::allocate(stack_context& context, std::size_t size) {
    protected_stack_allocator().allocate(context, size);
}

template <>
inline void standard_stack_allocator::deallocate(stack_context& context) {
    protected_stack_allocator().deallocate(context);
}

}  // namespace boost::coroutines
#endif

namespace network {

namespace asio = boost::asio;

/// Octets. A stack has pages of its own, with one below that nobody may touch. It gets memory for those that it uses,
/// most use one, and the system gets them back.
inline constexpr std::size_t coroutine_stack = 65'536;

/// spawn(io, f) runs f(yield) in a coroutine of its own, at once or soon.
#if BOOST_VERSION >= 108000
using yield_context = asio::yield_context;

template <class F>
void spawn(asio::io_context& io, F f) {
    auto const passed_on = [](std::exception_ptr const& e) {
        if (e) std::rethrow_exception(e);
    };
    boost::context::protected_fixedsize_stack stack(coroutine_stack);
    asio::spawn(io, std::allocator_arg, std::move(stack), std::move(f), passed_on);
}
#else
// Bound to the executor itself, because asio::spawn(io, f) would put a strand in between; that is for an io_context
// that several threads run, and costs time.
using yield_context = asio::basic_yield_context<asio::executor_binder<void (*)(), asio::io_context::executor_type>>;

template <class F>
void spawn(asio::io_context& io, F f) {
    void (*const nothing_follows)() = [] {};
    asio::spawn(asio::bind_executor(io.get_executor(), nothing_follows), std::move(f),
                boost::coroutines::attributes(coroutine_stack));
}
#endif

}  // namespace network
