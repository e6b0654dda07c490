/// How many lines a log has for what strangers can cause as often as they like.
#pragma once

#include <chrono>
#include <utility>

namespace plainsocks {

/// Admits the first lines of a minute and counts the rest. Its caller knows the time.
class line_limit {
public:
    using time_point = std::chrono::steady_clock::time_point;

    static constexpr std::size_t most = 60;           ///< lines in a minute
    static constexpr std::chrono::minutes minute{1};  ///< begins with the first line after the one before

    bool admits(time_point now) {
        if (now >= ends_) {
            ends_ = now + minute;
            admitted_ = 0;
        }
        auto const room = admitted_ < most;
        ++(room ? admitted_ : left_out_);
        return room;
    }

    /// How many lines were not admitted in minutes that are over by now. Each is counted once.
    std::size_t left_out(time_point now) { return now >= ends_ ? std::exchange(left_out_, 0) : 0; }

private:
    time_point ends_ = time_point::min();
    std::size_t admitted_ = 0;
    std::size_t left_out_ = 0;
};

}  // namespace plainsocks
