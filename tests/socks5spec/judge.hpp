/// The trial of one server.
#pragma once

#include "socks5spec/report.hpp"

namespace spec {

/// Tries these cases, one after the other, and tells the terminal about each. Throws usage_error when there is no
/// server that lets us in.
report judge(std::vector<result> cases);

}  // namespace spec
