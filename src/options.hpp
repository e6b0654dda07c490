/// The command line.
#pragma once

#include "parse.hpp"

namespace plainsocks {

struct options {
    std::vector<boost::asio::ip::tcp::endpoint> listen;
    std::optional<boost::asio::ip::address> outgoing;
    std::size_t max_clients = 0;
    bool quiet = false;
    bool trace = false;
    bool splice = true;
    session::settings settings;
};

/// The options; or nothing, when it was asked for --help or --version and that has been printed. Throws usage_error.
std::optional<options> parse_options(int argc, char const* const* argv);

}  // namespace plainsocks
