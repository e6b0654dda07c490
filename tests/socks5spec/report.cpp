#include "socks5spec/report.hpp"

#include "socks5spec/options.hpp"

#include <algorithm>
#include <array>
#include <iomanip>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>

namespace spec {

namespace {

constexpr std::array outcomes{outcome::passed, outcome::failed, outcome::not_supported, outcome::not_run};

/// Text in lines of at most 100 characters, each but the first after so many blanks.
std::string wrapped(std::string const& text, std::size_t indent) {
    std::string lines;
    std::size_t column = 0;
    for (std::size_t at = 0; at < text.size();) {
        auto const end = std::min(text.find(' ', at), text.size());
        if (column > 0 && column + end - at > 100) {
            lines += '\n' + std::string(indent, ' ');
            column = 0;
        } else if (column > 0) {
            lines += ' ';
        }
        lines += text.substr(at, end - at);
        column += end - at + 1;
        at = end + 1;
    }
    return lines;
}

using counts = std::map<outcome, std::size_t>;

counts count(report const& whole, auto matches) {
    counts found;
    for (auto const& c : whole.cases)
        if (matches(c)) ++found[c.trial.end];
    return found;
}

/// The sections in the order of their numbers, then the levels.
std::vector<std::pair<std::string, counts>> table(report const& whole) {
    std::vector<std::pair<std::string, counts>> rows;
    auto const add = [&](std::string const& title, auto matches) {
        if (auto found = count(whole, matches); !found.empty()) rows.emplace_back(title, found);
    };
    std::map<std::string, int> sections;
    for (auto const& c : whole.cases) sections[c.section];
    for (auto const& level : {"MUST", "SHOULD", "MAY", "SENSE"})
        add(level, [&](result const& c) { return c.level == level; });
    for (auto const& [section, unused] : sections) {
        auto const wanted = section;
        add("RFC " + section, [&](result const& c) { return c.section == wanted; });
    }
    add("all", [](auto const&) { return true; });
    return rows;
}

/// "RFC 1928 section 6, MUST: "
std::string source(result const& c) {
    auto const dash = c.section.find('-');
    auto const rfc = "RFC " + c.section.substr(0, dash) + " section " + c.section.substr(dash + 1);
    return c.level == "SENSE" ? "Common sense (about " + rfc + "): " : rfc + ", " + c.level + ": ";
}

std::string chapter(result const& c) {
    return "chapter " + std::to_string(c.chapter()) + " of the tutorial, " + c.suite.substr(3);
}

}  // namespace

std::string word(outcome o) {
    switch (o) {
        case outcome::passed: return "passed";
        case outcome::failed: return "failed";
        case outcome::not_supported: return "not supported";
        case outcome::not_run: return "not run";
    }
    return {};
}

int exit_code(report const& whole) {
    return !whole.stopped.empty() || std::ranges::any_of(whole.cases, [](result const& c) {
        return c.trial.end == outcome::failed && (given().strict || c.level == "MUST" || c.level == "SHOULD");
    });
}

void print_failure(std::ostream& to, result const& failed) {
    auto const& trial = failed.trial;
    auto const part = [&](char const* name, std::string const& text) {
        if (!text.empty()) to << "  " << std::left << std::setw(13) << name << wrapped(text, 15) << '\n';
    };
    to << "\nFAILED  " << failed.name() << '\n';
    part("Demand", source(failed) + failed.demand);
    to << "  What happened\n" << told(trial.story);
    part("Expected", trial.expected);
    part("Got", trial.got);
    part("Likely cause", trial.cause);
    part("Wireshark", trial.filter);
    part("Read", chapter(failed));
}

void print_list(std::ostream& to, report const& whole) {
    std::string suite;
    for (auto const& c : whole.cases) {
        if (c.suite != suite) to << (suite.empty() ? "" : "\n") << c.suite << '\n';
        suite = c.suite;
        to << "  " << c.name() << "\n      " << wrapped(c.demand, 6) << '\n';
    }
}

void print_summary(std::ostream& to, report const& whole) {
    to << '\n' << std::setw(14) << "";
    for (auto const o : outcomes) to << std::right << std::setw(15) << word(o);
    to << '\n';
    for (auto const& [title, found] : table(whole)) {
        to << "  " << std::left << std::setw(12) << title << std::right;
        for (auto const o : outcomes) {
            auto const n = found.contains(o) ? std::to_string(found.at(o)) : "";
            to << std::setw(15) << n;
        }
        to << '\n';
    }
    std::map<std::string, std::string> others;  // the reason: the cases
    for (auto const& c : whole.cases)
        if (c.trial.end == outcome::not_supported || c.trial.end == outcome::not_run)
            others[word(c.trial.end) + ": " + c.trial.got] += "    " + c.name() + '\n';
    for (auto const& [reason, names] : others) to << "\n  " << reason << '\n' << names;
    to << '\n' << whole.cases.size() << " cases in " << static_cast<double>(whole.took.count()) / 1000 << " s\n";
    if (!whole.stopped.empty()) to << "The server has stopped. The last thing it saw: " << whole.stopped << ".\n";
}

void print_markdown(std::ostream& to, report const& whole) {
    auto const cell = [](std::string text) {
        for (auto at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2)) text.insert(at, 1, '\\');
        return text;
    };
    to << "| section | level | case | outcome | what came |\n| --- | --- | --- | --- | --- |\n";
    for (auto const& c : whole.cases)
        to << "| " << c.section << " | " << c.level << " | " << cell(c.title) << " | " << word(c.trial.end) << " | "
           << cell(c.trial.got) << " |\n";
    to << "\n| | passed | failed | not supported | not run |\n| --- | --- | --- | --- | --- |\n";
    for (auto const& [title, found] : table(whole)) {
        to << "| " << title;
        for (auto const o : outcomes) to << " | " << (found.contains(o) ? found.at(o) : 0);
        to << " |\n";
    }
}

void print_json(std::ostream& to, report const& whole) {
    auto cases = nlohmann::ordered_json::array();
    for (auto const& c : whole.cases) {
        cases.push_back({{"section", c.section},
                         {"level", c.level},
                         {"title", c.title},
                         {"demand", c.demand},
                         {"chapter", c.chapter()},
                         {"outcome", word(c.trial.end)},
                         {"expected", c.trial.expected},
                         {"got", c.trial.got},
                         {"cause", c.trial.cause},
                         {"story", told(c.trial.story)}});
    }
    nlohmann::ordered_json const json{{"server", given().host + ':' + given().port},
                                      {"seconds", static_cast<double>(whole.took.count()) / 1000},
                                      {"cases", cases}};
    to << json.dump(2, ' ', true, nlohmann::json::error_handler_t::replace) << '\n';
}

}  // namespace spec
