#pragma once

#include "bench/failure.hpp"
#include "bench/loop.hpp"
#include "bench/options.hpp"

#include <nlohmann/json.hpp>

namespace bench {

using result = nlohmann::ordered_json;

/// Each runs once and says what came of it: "rate" is how much per second, "units" how much in all, also before and
/// after the time that counts. Through units, processor time is divided.
result bulk(options const& given, failures& failed);
result connect(options const& given, failures& failed);
result latency(options const& given, failures& failed);
result idle(options const& given, failures& failed);
result udp(options const& given, failures& failed);

inline clock::duration duration(std::chrono::duration<double> seconds) {
    return std::chrono::duration_cast<clock::duration>(seconds);
}

inline double seconds_since(time_point began) { return std::chrono::duration<double>(clock::now() - began).count(); }

}  // namespace bench
