#include "bench/crowd.hpp"

#include <array>

namespace bench {

constexpr int at_a_time = 32;
constexpr auto at_most = 60s;

void crowd::some_at_a_time(task (crowd::*what)()) {
    next_ = 0;
    for (int i = 0; i < at_a_time; ++i) loop_.start((this->*what)());
    loop_.run(clock::now() + at_most, duration(given_.patience));
    failed_.add("no answer", loop_.running());
}

void crowd::connect(std::size_t count) {
    wanted_ = count;
    open.reserve(count);
    some_at_a_time(&crowd::connect_some);
    failed_.add("not tried any more", wanted_ - next_);
}

std::size_t crowd::prove() {
    proven_ = 0;
    some_at_a_time(&crowd::prove_some);
    return proven_;
}

task crowd::connect_some() {
    while (next_ < wanted_) {
        auto const number = next_++;
        auto s = std::make_unique<stream>(loop_);
        try {
            co_await dial(*s, given_.server, origin_.port());
            co_await prove(*s, octet(number));
            open.push_back(std::move(s));
        } catch (failure const& e) {
            failed_.add(e.what());
        }
    }
}

task crowd::prove_some() {
    while (next_ < open.size()) {
        auto const number = next_++;
        try {
            co_await prove(*open[number], octet(number + 100));
            ++proven_;
        } catch (failure const& e) {
            failed_.add(std::string("after the hold: ") + e.what());
        }
    }
}

task crowd::prove(stream& s, octet sent) {
    std::array<octet, 1> const message{sent};
    co_await s.write(message);
    std::array<octet, 8> came{};
    auto const n = co_await s.read(came, 1);
    if (n == 0) throw failure("closed");
    if (n != 1 || came[0] != octet(sent + 1)) throw failure("wrong octets");
}

}  // namespace bench
