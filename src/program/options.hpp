/// The command line.
#pragma once

#include "program/parse.hpp"

namespace plainsocks {

/// Which of the programs it is.
struct program {
    std::string name;
    std::string about;             ///< for --help
    bool chooses_threads = false;  ///< knows --threads
};

struct options {
    std::vector<boost::asio::ip::tcp::endpoint> listen;
    std::optional<boost::asio::ip::address> outgoing;
    std::size_t max_clients = 0;
    std::size_t threads = 1;
    bool quiet = false;
    bool trace = false;
    bool splice = true;
    std::string pcap;  ///< the file to record to, or nothing
    session::settings settings;
};

/// The options; or nothing, when it was asked for --help or --version and that has been printed. Throws usage_error.
std::optional<options> parse_options(program const& which, int argc, char const* const* argv);

}  // namespace plainsocks
