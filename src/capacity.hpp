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

/// Raises this program's limit of open files to what so many clients need, or as far as it may. `threads`: for each
/// client, while data are relayed.
capacity make_room(std::size_t clients, std::size_t threads);

}  // namespace plainsocks
