#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <utility>

namespace bench {

/// A coroutine that returns nothing. It begins when another one awaits it, or when a loop starts it.
class task {
public:
    struct promise_type;
    using handle = std::coroutine_handle<promise_type>;

    struct over {
        bool await_ready() const noexcept { return false; }
        std::coroutine_handle<> await_suspend(handle ended) const noexcept;
        void await_resume() const noexcept {}
    };

    struct promise_type {
        std::coroutine_handle<> awaiting = std::noop_coroutine();
        std::size_t* running = nullptr;  // the loop's count, when a loop has started it
        std::exception_ptr error;

        task get_return_object() { return task(handle::from_promise(*this)); }
        std::suspend_always initial_suspend() const noexcept { return {}; }
        over final_suspend() const noexcept { return {}; }
        void return_void() const {}

        void unhandled_exception() {
            if (running) throw;  // out of the loop: nobody awaits this one
            error = std::current_exception();
        }
    };

    task(task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}

    task& operator=(task&& other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }

    ~task() {
        if (handle_) handle_.destroy();
    }

    void start(std::size_t& running) {
        handle_.promise().running = &running;
        ++running;
        handle_.resume();
    }

    bool done() const { return handle_.done(); }

    bool await_ready() const { return false; }

    handle await_suspend(std::coroutine_handle<> by) {
        handle_.promise().awaiting = by;
        return handle_;
    }

    void await_resume() const {
        if (handle_.promise().error) std::rethrow_exception(handle_.promise().error);
    }

private:
    explicit task(handle h) : handle_(h) {}

    handle handle_;
};

inline std::coroutine_handle<> task::over::await_suspend(handle ended) const noexcept {
    if (auto* const running = ended.promise().running) --*running;
    return ended.promise().awaiting;
}

}  // namespace bench
