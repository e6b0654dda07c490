#include "program/capacity.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <sstream>

namespace plainsocks {

namespace {

/// Raises the limit as far as it may be raised. Returns what it is then; without a limit that is the largest number.
std::size_t open_files(::rlim_t wanted) {
    ::rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return wanted;
    auto const before = files.rlim_cur;
    files.rlim_cur = std::max(before, std::min(wanted, files.rlim_max));
    if (::setrlimit(RLIMIT_NOFILE, &files) != 0) files.rlim_cur = before;
    return files.rlim_cur;
}

}  // namespace

capacity make_room(std::size_t clients, std::size_t own) {
    constexpr std::size_t sockets = 2, with_udp = 3, ends_of_a_pipe = 2;
    auto const useful_pipes = std::min<std::size_t>(2 * clients, 256);  // beyond that, copying has to do
    auto const enough = own + with_udp * clients + ends_of_a_pipe * useful_pipes;
    auto const most = open_files(enough);

    auto const few = std::min(useful_pipes, most / 256);  // better than none
    auto const left = most - std::min(most, own + ends_of_a_pipe * few);
    auto const all_fit = left >= with_udp * clients;
    capacity room{std::clamp<std::size_t>(left / sockets, 1, clients), 0, {}};
    auto const spare = left - std::min(left, (all_fit ? with_udp : sockets) * room.clients);
    room.pipes = static_cast<int>(std::min(useful_pipes, few + spare / ends_of_a_pipe));
    if (all_fit) return room;

    std::ostringstream line;
    line << room.clients << " clients at once: each takes 2 open files, or 3 for UDP, and the limit is " << most
         << "; room for " << clients << ": ulimit -n " << enough;
    room.shortage = line.str();
    return room;
}

}  // namespace plainsocks
