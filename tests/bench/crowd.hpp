#pragma once

#include "bench/dial.hpp"
#include "bench/modes.hpp"
#include "bench/origin.hpp"

#include <memory>
#include <vector>

namespace bench {

/// Many connections to one origin that stay open.
class crowd {
public:
    crowd(options const& given, failures& failed) : given_(given), failed_(failed), origin_(failed) {}

    /// Opens that many, some at a time, each proven by an octet there and back. They are in `open` then.
    void connect(std::size_t count);

    /// An octet there and back on each of the open ones, some at a time. How many have answered?
    std::size_t prove();

    /// The loop of all of them.
    loop& its_loop() { return loop_; }

    std::vector<std::unique_ptr<stream>> open;

private:
    task connect_some();
    task prove_some();
    task prove(stream& s, octet sent);
    void some_at_a_time(task (crowd::*what)());

    options const& given_;
    failures& failed_;
    origin origin_;
    loop loop_;
    std::size_t wanted_ = 0, next_ = 0, proven_ = 0;
};

}  // namespace bench
