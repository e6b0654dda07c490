#include "program/capacity.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <vector>

namespace plainsocks {

namespace {

constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

/// Something that the system gives us only so much of.
struct limit {
    std::string name;
    std::size_t most;
    std::size_t others;      ///< what this program needs of it for itself
    std::size_t per_client;  ///< while data are relayed
    std::size_t enough;      ///< for all clients that were asked for
    std::string how;         ///< to raise it: a number follows

    std::size_t clients() const { return most > others ? (most - others) / per_client : 0; }
};

/// The number in a file; files that are not there, or say "max", set no limit.
std::size_t number_in(std::filesystem::path const& file) {
    std::size_t n = 0;
    return std::ifstream(file) >> n ? n : unlimited;
}

std::size_t to_size(::rlim_t n) { return n == RLIM_INFINITY ? unlimited : static_cast<std::size_t>(n); }

std::size_t open_files(std::size_t wanted) {
    ::rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return unlimited;
    if (to_size(files.rlim_cur) < wanted) {
        auto const allowed = files.rlim_cur;
        files.rlim_cur = std::min<::rlim_t>(wanted, files.rlim_max);
        if (::setrlimit(RLIMIT_NOFILE, &files) != 0) files.rlim_cur = allowed;
    }
    return to_size(files.rlim_cur);
}

/// Of this user, who may have other programs, too. Root has no such limit.
std::size_t threads_of_user() {
    ::rlimit threads{};
    return ::geteuid() == 0 || ::getrlimit(RLIMIT_NPROC, &threads) != 0 ? unlimited : to_size(threads.rlim_cur);
}

/// The smallest that was set for our control group (version 2) and those around it, as systemd and containers do.
std::size_t threads_of_group() {
    std::ifstream groups("/proc/self/cgroup");
    auto most = unlimited;
    for (std::string line; std::getline(groups, line);) {
        if (!line.starts_with("0::/")) continue;
        std::filesystem::path const root("/sys/fs/cgroup");
        for (auto group = root / line.substr(4); group != root && group.has_relative_path();
             group = group.parent_path())
            most = std::min(most, number_in(group / "pids.max"));
    }
    return most;
}

std::vector<limit> limits_of_threads(std::size_t clients, std::size_t each) {
    constexpr std::size_t own = 16;
    auto const enough = own + each * clients;
    std::filesystem::path const kernel("/proc/sys/kernel");
    return {
        {"threads of a user", threads_of_user(), own, each, enough, "ulimit -u "},
        {"threads of a control group", threads_of_group(), own, each, enough, "in the systemd unit, TasksMax="},
        {"threads", number_in(kernel / "threads-max"), own, each, enough, "sysctl kernel.threads-max="},
        {"thread numbers", number_in(kernel / "pid_max"), own, each, enough, "sysctl kernel.pid_max="},
    };
}

/// Two stacks, of threads or of coroutines, with a guard page below each.
limit limit_of_mappings(std::size_t clients) {
    constexpr std::size_t own = 200, each = 4;
    return {"mappings of a process",   number_in("/proc/sys/vm/max_map_count"), own, each, own + each * clients,
            "sysctl vm.max_map_count="};
}

}  // namespace

capacity make_room(needs const& wanted) {
    auto const [clients, threads, own] = wanted;
    constexpr std::size_t sockets = 2, ends = 2;                        // descriptors
    auto const useful_pipes = std::min<std::size_t>(2 * clients, 256);  // beyond that, copying has to do
    auto const enough = own + sockets * clients + ends * useful_pipes;
    auto const most = open_files(enough);
    auto const pipes = std::min(useful_pipes, most / 256);  // at the least: few are better than none
    auto all = threads > 0 ? limits_of_threads(clients, threads) : std::vector<limit>();
    all.push_back(limit_of_mappings(clients));
    all.push_back({"open files", most, own + ends * pipes, sockets, enough, "ulimit -n "});
    auto const least = *std::ranges::min_element(all, {}, &limit::clients);

    capacity room{std::clamp<std::size_t>(least.clients(), 1, clients), 0, {}};
    auto const left = most - std::min(most, own + sockets * room.clients);
    room.pipes = static_cast<int>(std::min(useful_pipes, left / ends));
    if (room.clients == clients) return room;
    std::ostringstream line;
    line << room.clients << " clients at once, not " << clients << ": " << least.name << " are limited to "
         << least.most << "; to raise that: " << least.how << least.enough;
    room.shortage = line.str();
    return room;
}

}  // namespace plainsocks
