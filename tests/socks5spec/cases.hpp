/// The cases, which doctest keeps, see clause.hpp.
#pragma once

#include "socks5spec/report.hpp"

namespace spec {

/// Those that the options choose, in the order of the chapters.
std::vector<result> chosen_cases();

/// How many there are, chosen or not.
std::size_t number_of_cases();

/// Tries the case of this name, and says how it went.
trial try_case(std::string const& name);

}  // namespace spec
