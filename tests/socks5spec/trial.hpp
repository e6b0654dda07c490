/// What happens while one case is tried: the story, and how it ends.
#pragma once

#include "socks5/field.hpp"
#include "socks5spec/options.hpp"
#include "socks5spec/plain.hpp"

#include <optional>
#include <string>
#include <vector>

namespace spec {

using socks5::octet;
using socks5::octets;

/// What was said or done. A message has fields; one field may be marked as wrong, from one of its octets on.
struct event {
    std::string text;
    socks5::fields fields = {};
    std::optional<std::pair<std::string, std::size_t>> wrong = {};
};

enum class outcome { passed, failed, not_supported, not_run };

struct trial {
    std::vector<event> story;
    outcome end = outcome::passed;
    std::string expected, got, cause;                      ///< of a failure; otherwise `got` says what is missing
    std::string filter;                                    ///< the Wireshark display filter that finds it
    std::string suspicion;                                 ///< the likely cause of whatever goes wrong next
    std::vector<plain_use> stands_on;                      ///< in the order in which it came to them
    std::chrono::milliseconds patience = given().timeout;  ///< with what has to come
};

/// The trial that is going on.
trial& current();

/// Thrown by what follows: the case is over.
struct over {};

/// What most probably is wrong with the server if one of the next steps fails.
void suspect(std::string const& cause);

/// From now on the server may take its time, because it has to look up a name.
void be_patient();

/// The server does not do what it must.
[[noreturn]] void fail(std::string const& expected, std::string const& got, std::string const& cause = {});

/// The server says that it lacks bind, udp, ipv6 or login: that is no failure, unless the feature was required.
[[noreturn]] void not_supported(std::string const& feature, std::string const& answer);

/// This run cannot try the case.
[[noreturn]] void not_run(std::string const& why);

/// For the cases that wait for minutes.
void needs_slow();

void tell(std::string const& what);

/// The story of the trial, as people read it: each message field by field, and ^^ under the first wrong octet.
std::string told(std::vector<event> const& story);

}  // namespace spec
