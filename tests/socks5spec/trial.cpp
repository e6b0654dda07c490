#include "socks5spec/trial.hpp"

namespace spec {

namespace {

constexpr std::size_t octets_shown = 16;

std::string line(socks5::field const& field) {
    auto const shown = std::min(field.value.size(), octets_shown);
    auto text = socks5::hex(octets(field.value.begin(), field.value.begin() + static_cast<std::ptrdiff_t>(shown)));
    if (shown < field.value.size()) text += " ...";
    if (field.value.empty()) text += '-';
    text.resize(std::max<std::size_t>(text.size() + 2, 24), ' ');
    text += field.name;
    text.resize(std::max<std::size_t>(text.size() + 2, 36), ' ');
    text += field.meaning.substr(0, 100);
    return "      " + text + '\n';
}

std::string caret(std::size_t at) {
    return std::string(6 + 3 * std::min(at, octets_shown), ' ') + "^^\n";
}

}  // namespace

trial& current() {
    static trial the_trial;
    return the_trial;
}

void suspect(std::string const& cause) { current().suspicion = cause; }

void be_patient() { current().patience = std::max(given().timeout, std::chrono::milliseconds(30'000)); }

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
        for (auto const& field : event.fields) {
            text += line(field);
            if (event.wrong && event.wrong->first == field.name) text += caret(event.wrong->second);
        }
    }
    return text;
}

}  // namespace spec
