/// What the fuzz tests have in common. Each file with a fuzz() is a test of its own.
#pragma once

#include "socks5/octets.hpp"

#include <cstdlib>
#include <iostream>
#include <string_view>

/// Puts the code to the test with an input that the fuzzer has made up, or with a seed. Comes back only when all
/// that is expected holds.
void fuzz(socks5::octets const& input);

/// Ends the program, so that the fuzzer keeps the input.
inline void expect(bool holds, std::string_view what) {
    if (holds) return;
    std::cerr << "It does not hold that " << what << '\n';
    std::abort();
}

/// Fit for one line of a log: nothing but visible ASCII and spaces.
inline bool one_line(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}
