/// How many clients the system has room for.
#pragma once

#include <cstddef>
#include <string>

namespace plainsocks {

struct capacity {
    std::size_t clients;   ///< that fit, and no more than were asked for
    int pipes;             ///< that fit beside them, to move data in bulk
    std::string shortage;  ///< one line: what there is too little of, and how to get more; empty when all clients fit
};

struct needs {
    std::size_t clients = 0;
    std::size_t threads = 0;     ///< for each client, while data are relayed
    std::size_t own_files = 32;  ///< beside the clients
};

/// Raises this program's limit of open files to what it needs, or as far as it may.
capacity make_room(needs const& wanted);

}  // namespace plainsocks
