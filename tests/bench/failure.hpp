#pragma once

#include <cerrno>
#include <cstdint>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <system_error>

namespace bench {

/// Something did not go as it has to. The text is its kind, by which failures are counted.
class failure : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// What the system said to the last call, as a failure.
[[noreturn]] inline void fail(std::string const& call) {
    throw failure(call + ": " + std::generic_category().message(errno));
}

/// How often which kind has happened. For many threads.
class failures {
public:
    void add(std::string const& kind, std::uint64_t times = 1) {
        std::scoped_lock lock(mutex_);
        if (times > 0) counts_[kind] += times;
    }

    std::map<std::string, std::uint64_t> counts() const {
        std::scoped_lock lock(mutex_);
        return counts_;
    }

private:
    mutable std::mutex mutex_;
    std::map<std::string, std::uint64_t> counts_;
};

}  // namespace bench
