#include "socks5spec/report.hpp"

#include <algorithm>
#include <ostream>

namespace spec {

namespace {

std::string failures(report const& whole) {
    auto const failed = [](result const& c) { return c.trial.end == outcome::failed; };
    auto const first = std::ranges::find_if(whole.cases, failed);
    if (first == whole.cases.end()) return {};
    auto const n = std::ranges::count_if(whole.cases, failed);
    return "; " + std::to_string(n) + " failed, " + (n > 1 ? "the first " : "") + "in chapter " +
           std::to_string(first->chapter());
}

}  // namespace

void print_score(std::ostream& to, report const& whole) {
    auto const count = [&](auto matches) { return std::ranges::count_if(whole.cases, matches); };
    auto const passed = [](result const& c) { return c.trial.end == outcome::passed; };
    auto const until = given().until;
    if (until) to << "chapter " << *until << ": ";
    to << count(passed) << " of " << (until && given().cases == "*" ? whole.all : whole.cases.size()) << " cases";
    if (until) {
        auto const more = count([&](result const& c) { return passed(c) && c.chapter() == *until; });
        to << (more > 0 ? ", " + std::to_string(more) + " more than" : ", as many as") << " chapter " << *until - 1;
    }
    to << failures(whole);
    auto const untried =
        count([](result const& c) { return c.trial.end == outcome::not_supported || c.trial.end == outcome::not_run; });
    if (untried > 0) to << "; " << untried << " not tried, see above";
    to << '\n';
}

}  // namespace spec
