/// How many lines the log has for what strangers can cause. The time is invented.
#include "program/line_limit.hpp"

#include <doctest/doctest.h>

using plainsocks::line_limit;
using namespace std::chrono_literals;

namespace {

line_limit::time_point const start{1000h};

/// How many of n lines are admitted at that moment.
std::size_t admitted(line_limit& limit, std::size_t n, line_limit::time_point now) {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += limit.admits(now) ? 1 : 0;
    return sum;
}

}  // namespace

TEST_SUITE_BEGIN("line limit");

TEST_CASE("the first 60 lines of a minute, and in the next minute again") {
    line_limit limit;
    CHECK(admitted(limit, 59, start) == 59);
    CHECK(admitted(limit, 1, start + 30s) == 1);
    CHECK(admitted(limit, 9940, start + 59'999ms) == 0);
    CHECK(admitted(limit, 61, start + 60s) == 60);
    CHECK(admitted(limit, 1, start + 119s) == 0);
    CHECK(admitted(limit, 1000, start + 9h) == 60);
}

TEST_CASE("who keeps within the limit is never left out") {
    line_limit limit;
    for (int second = 0; second < 600; ++second) CHECK(limit.admits(start + second * 1s));
    CHECK(limit.left_out(line_limit::time_point::max()) == 0);
}

TEST_CASE("what was left out is reported once, when the minute is over") {
    line_limit limit;
    admitted(limit, 10'000, start);
    CHECK(limit.left_out(start + 59'999ms) == 0);
    CHECK(limit.left_out(start + 60s) == 9940);
    CHECK(limit.left_out(start + 60s) == 0);
    admitted(limit, 62, start + 61s);
    CHECK(limit.left_out(start + 120s) == 0);
    CHECK(limit.left_out(start + 121s) == 2);
}

TEST_CASE("what was not reported yet is reported later") {
    line_limit limit;
    admitted(limit, 63, start);
    admitted(limit, 64, start + 2min);
    CHECK(limit.left_out(start + 2min) == 0);
    CHECK(limit.left_out(line_limit::time_point::max()) == 7);
}

TEST_CASE("a log without lines has left out none") {
    CHECK(line_limit().left_out(line_limit::time_point::min()) == 0);
    CHECK(line_limit().left_out(line_limit::time_point::max()) == 0);
}

TEST_SUITE_END();
