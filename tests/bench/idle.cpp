#include "bench/crowd.hpp"

#include <sys/resource.h>

#include <iostream>
#include <thread>

namespace bench {

namespace {

/// Each connection takes a descriptor at both ends, and this program needs some for itself.
std::size_t most_connections() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) fail("getrlimit");
    return limit.rlim_cur < 400 ? 100 : std::size_t(limit.rlim_cur - 200) / 2;
}

}  // namespace

result idle(options const& given, failures& failed) {
    auto const count = std::min(given.count, most_connections());
    crowd many(given, failed);
    auto const began = clock::now();
    many.connect(count);
    auto const took = seconds_since(began);
    auto const held = many.open.size();
    if (given.pause) {
        std::cout << "held" << std::endl;
        for (std::string line; many.its_loop().running() == 0 && std::getline(std::cin, line);) break;
    } else {
        std::this_thread::sleep_for(given.seconds);
    }
    auto const proven = many.its_loop().running() > 0 ? 0 : many.prove();
    return {
        {"rate", double(held) / took}, {"units", held},    {"asked", given.count}, {"tried", count}, {"opened", held},
        {"answered", proven},          {"opening_s", took}};
}

}  // namespace bench
