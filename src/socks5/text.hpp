/// How octets are written for people: in the log, in the trace, in error messages.
#pragma once

#include "socks5/octets.hpp"

#include <string>
#include <string_view>

namespace socks5 {

/// Two hexadecimal digits: 0x0a is "0a".
inline std::string hex(octet value) {
    constexpr std::string_view digits = "0123456789abcdef";
    return {digits[value >> 4], digits[value & 0x0f]};
}

/// Octets in a row: "05 01 00".
inline std::string hex(octets const& values) {
    std::string text;
    for (octet const value : values) {
        if (!text.empty()) text += ' ';
        text += hex(value);
    }
    return text;
}

/// "1 octet", "2 octets".
inline std::string count_of_octets(std::size_t n) { return std::to_string(n) + (n == 1 ? " octet" : " octets"); }

/// What a peer sent as text, fit for one line of a log: all but visible ASCII is written as \x0a. A backslash
/// is doubled, so that two different names never look the same.
inline std::string printable(std::string_view raw) {
    std::string text;
    for (char const c : raw) {
        if (c == '\\')
            text += "\\\\";
        else if (c > ' ' && c <= '~')
            text += c;
        else
            text += "\\x" + hex(static_cast<octet>(c));
    }
    return text;
}

}  // namespace socks5
