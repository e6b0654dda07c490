#pragma once

#include "bench/modes.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace bench {

/// How long each of many things took.
class samples {
public:
    void add(clock::duration took) { all_.push_back(std::chrono::duration<float, std::milli>(took).count()); }
    std::size_t size() const { return all_.size(); }

    /// Writes p50, p99 and p99.9 in milliseconds: the least value that so many of 100 do not exceed.
    void write(result& to) {
        std::ranges::sort(all_);
        auto const percentile = [&](double p) -> result {
            if (all_.empty()) return nullptr;
            auto const rank = std::size_t(std::ceil(p / 100 * double(all_.size())));
            return all_[std::max<std::size_t>(rank, 1) - 1];
        };
        to["p50_ms"] = percentile(50);
        to["p99_ms"] = percentile(99);
        to["p99.9_ms"] = percentile(99.9);
    }

private:
    std::vector<float> all_;
};

}  // namespace bench
