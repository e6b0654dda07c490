/// What the protocol layer reads from and writes to, without a network behind it.
#pragma once

#include "socks5/octets.hpp"

#include <string_view>

namespace fakes {

using socks5::octet;
using socks5::octets;

inline octets operator+(octets left, octets const& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

inline octets text(std::string_view t) { return {t.begin(), t.end()}; }

/// Delivers what it was given, and throws when that is not enough.
struct reader {
    octets input;
    std::size_t at = 0;

    octets operator()(std::size_t n) {
        if (n > input.size() - at) throw std::runtime_error("end of input");
        auto const first = input.begin() + static_cast<std::ptrdiff_t>(at);
        at += n;
        return {first, first + static_cast<std::ptrdiff_t>(n)};
    }

    octets rest() { return (*this)(input.size() - at); }
};

/// The octets that the fields of a message stand for.
octets shown_by(auto const& message) {
    octets shown;
    for (auto const& field : message.fields()) shown = shown + field.value;
    return shown;
}

/// What fields() says a field means.
std::string meaning(auto const& message, std::string_view name) {
    for (auto const& field : message.fields())
        if (field.name == name) return field.meaning;
    return "no field " + std::string(name);
}

/// True when a message is read from exactly these octets: all are needed, and one behind them is left alone.
template <class Message>
bool reads_exactly(octets const& wire) {
    for (std::size_t length = 0; length < wire.size(); ++length) {
        reader cut{{wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(length)}};
        try {
            Message::receive(cut);
            return false;
        } catch (std::runtime_error const&) {
        }
    }
    reader longer{wire + octets{0xaa}};
    return shown_by(Message::receive(longer)) == wire && longer.rest() == octets{0xaa};
}

}  // namespace fakes
