/// How many clients the system has room for.
#pragma once

#include <cstddef>
#include <string>

namespace plainsocks {

struct capacity {
    std::size_t clients;   ///< that fit, and no more than were asked for
    int pipes;             ///< that fit beside them, to move data in bulk
    std::string shortage;  ///< one line: how many fit, and how to make room for all; empty when they do
};

/// Raises this program's limit of open files to what so many clients need, or as far as it may. Sockets and both ends
/// of a pipe are files, too. The program itself has `own` of them.
capacity make_room(std::size_t clients, std::size_t own = 32);

}  // namespace plainsocks
