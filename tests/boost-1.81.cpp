/// Boost.Context has a way to change stacks of which it tells the address sanitizer, by ucontext. Debian's library is
/// built for the other way, which is faster. This is what that library lacks; everything else is in the headers.
///
/// So told, the sanitizer finds what is wrong in the heap, and leaks. With what coroutines have on their stacks it is
/// lenient: at each change it forgets where on the new stack nobody may write.
#include <boost/context/fiber.hpp>

namespace boost::context::detail {

/// Which stack this thread is on. At first it is the one that it began with.
fiber_activation_record*& fiber_activation_record::current() noexcept {
    thread_local fiber_activation_record first;
    thread_local fiber_activation_record* running = &first;
    return running;
}

}  // namespace boost::context::detail
