#include "socks5spec/trial.hpp"

namespace spec {

namespace {

constexpr std::size_t octets_shown = 16, longest_meaning = 80;

/// The octets of a field, or as many as a line holds, and the last one.
std::string shown(socks5::field const& field) {
    if (field.value.empty()) return "-";
    if (field.value.size() <= octets_shown) return socks5::hex(field.value);
    auto const first = field.value.begin();
    return socks5::hex(octets(first, first + octets_shown - 1)) + " ... " + socks5::hex(field.value.back());
}

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(text.size(), width), ' ');
    return text;
}

std::string caret(std::size_t at) { return std::string(6 + 3 * std::min(at, octets_shown), ' ') + "^^\n"; }

}  // namespace

trial& current() {
    static trial the_trial;
    return the_trial;
}

void suspect(std::string const& cause) { current().suspicion = cause; }

void stands_on(plain_use const& use) { current().stands_on.push_back(use); }

void be_patient() { current().patience = 6 * given().timeout; }

void fail(std::string const& expected, std::string const& got, std::string const& cause) {
    auto& trial = current();
    trial.end = outcome::failed;
    trial.expected = expected;
    trial.got = got;
    trial.cause = cause.empty() ? trial.suspicion : cause;
    throw over{};
}

void not_supported(std::string const& feature, std::string const& answer) {
    if (given().require.contains(feature))
        fail("the feature '" + feature + "', which --require asks for", answer, "The server does not have it.");
    current().end = outcome::not_supported;
    current().got = answer;
    throw over{};
}

void not_run(std::string const& why) {
    current().end = outcome::not_run;
    current().got = why;
    throw over{};
}

void needs_slow() {
    if (!given().slow) not_run("takes minutes; give --slow");
}

void tell(std::string const& what) { current().story.push_back({what}); }

std::string told(std::vector<event> const& story) {
    std::string text;
    for (auto const& event : story) {
        text += "    " + event.text + '\n';
        std::size_t width = 0;
        for (auto const& field : event.fields) width = std::max(width, shown(field).size());
        for (auto const& field : event.fields) {
            text += "      " + padded(shown(field), width) + "  " + padded(field.name, 8) + "  ";
            text += field.meaning.substr(0, longest_meaning) + '\n';
            if (event.wrong && event.wrong->first == field.name) text += caret(event.wrong->second);
        }
    }
    return text;
}

}  // namespace spec
