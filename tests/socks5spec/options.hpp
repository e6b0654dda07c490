/// What the command line asks for.
#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>

namespace spec {

/// What was wrong, what was expected: one line.
struct usage_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct user {
    std::string name, password;
};

struct options {
    std::string host = "127.0.0.1", port = "10800";  ///< of the server
    std::optional<spec::user> user;                  ///< to log in as
    std::string suites = "*", cases = "*";           ///< which cases to run, as doctest filters them
    std::optional<int> until;                        ///< the last chapter to run, when all before it are run as well
    std::set<std::string> require;                   ///< features that must be there
    std::string format = "text";
    std::chrono::milliseconds timeout{5000};  ///< for what has to come
    std::optional<std::chrono::milliseconds>
        slow;  ///< for the end of a silent client's connection; none: do not try it
    bool list = false, verbose = false, strict = false;
};

/// Fills in given(). False when the text that was asked for has been printed, and there is nothing more to do. Throws
/// usage_error.
bool parse_options(int argc, char const* const* argv);

/// The options of this run.
options const& given();

}  // namespace spec
