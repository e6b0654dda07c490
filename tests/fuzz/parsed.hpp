/// What holds for every parser of the command line.
#pragma once

#include "fuzz.hpp"
#include "program/parse.hpp"

/// What a parser makes of a text; nothing when it complains.
template <class Parser>
auto parsed(Parser parse, std::string const& text) -> std::optional<decltype(parse(text))> {
    try {
        return parse(text);
    } catch (plainsocks::usage_error const& e) {
        expect(one_line(e.what()) || !one_line(text), "a complaint is one line");
        return {};
    }
}
