/// What has come of each case, for people and for programs.
#pragma once

#include "socks5spec/trial.hpp"

#include <chrono>
#include <iosfwd>

namespace spec {

struct result {
    std::string section = {}, level = {}, title = {}, demand = {};  ///< see clause.hpp
    std::string suite = {};                                         ///< "07 CONNECT": the chapter of the tutorial
    spec::trial trial = {};

    int chapter() const { return std::stoi(suite); }
    std::string name() const { return section + ' ' + level + ' ' + title; }
};

struct report {
    std::vector<result> cases;  ///< those that were chosen, in this order
    std::size_t all = 0;        ///< how many there are, chosen or not
    std::chrono::milliseconds took{};
    std::string stopped = {};  ///< if the server has stopped, what it saw last; the cases behind that are not run
};

/// "failed", "not supported".
std::string word(outcome o);

/// 1 when a MUST or a SHOULD failed, or the server has stopped; with --strict, when anything failed.
int exit_code(report const& whole);

/// Why a case failed, what the server said, and what to do about it.
void print_failure(std::ostream& to, result const& failed);

void print_list(std::ostream& to, report const& whole);
void print_summary(std::ostream& to, report const& whole);

/// The last line: how far the server has come.
void print_score(std::ostream& to, report const& whole);

void print_markdown(std::ostream& to, report const& whole);
void print_json(std::ostream& to, report const& whole);

}  // namespace spec
