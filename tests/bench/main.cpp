#include "bench/modes.hpp"

#include <sys/resource.h>

#include <csignal>
#include <iostream>

namespace {

/// As many descriptors as the system lets us have.
void raise_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

bench::result run(bench::options const& given, bench::failures& failed) {
    if (given.mode == "bulk") return bench::bulk(given, failed);
    if (given.mode == "connect") return bench::connect(given, failed);
    if (given.mode == "latency") return bench::latency(given, failed);
    if (given.mode == "idle") return bench::idle(given, failed);
    return bench::udp(given, failed);
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    try {
        auto const given = bench::parsed(argc, argv);
        if (!given) return 0;
        raise_limit();
        bench::failures failed;
        auto result = run(*given, failed);
        auto const counts = failed.counts();
        result["failures"] = counts;
        if (counts.empty()) result["failures"] = bench::result::object();
        std::cout << result.dump() << '\n';
        return counts.empty() ? 0 : 1;
    } catch (std::exception const& e) {
        std::cerr << "socks5bench: " << e.what() << '\n';
    }
    return 2;
}
