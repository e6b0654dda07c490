#pragma once

#include <netinet/in.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>

namespace bench {

/// What the command line says.
struct options {
    std::string mode;
    std::optional<sockaddr_in> server;  // none: directly to the origin
    std::size_t count = 1;              // streams, clients or connections
    std::string direction = "down";
    std::size_t size = 64, window = 32;
    std::chrono::duration<double> seconds{1.5}, patience{5};
    bool pause = false;
};

class usage_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Nothing when there was only a question for help.
std::optional<options> parsed(int argc, char const* const* argv);

}  // namespace bench
