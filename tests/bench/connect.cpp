#include "bench/dial.hpp"
#include "bench/modes.hpp"
#include "bench/origin.hpp"
#include "bench/samples.hpp"

#include <array>

namespace bench {

namespace {

class clients {
public:
    clients(options const& given, failures& failed) : given_(given), failed_(failed), origin_(failed) {}

    result run() {
        auto const began = clock::now();
        end_ = began + duration(given_.seconds);
        for (std::size_t i = 0; i < given_.count; ++i) loop_.start(client());
        loop_.run(end_);
        auto const took = seconds_since(began);
        auto const in_time = done_;
        loop_.run(end_ + duration(given_.patience));
        failed_.add("no answer", loop_.running());
        result r{{"rate", double(in_time) / took}, {"units", done_}};
        took_.write(r);
        return r;
    }

private:
    task client() {
        while (clock::now() < end_) {
            auto const began = clock::now();
            try {
                co_await cycle();
                took_.add(clock::now() - began);
                ++done_;
            } catch (failure const& e) {
                failed_.add(e.what());
            }
        }
    }

    task cycle() {
        stream s(loop_);
        co_await dial(s, given_.server, origin_.port());
        std::array<octet, 1> const sent{octet(done_)};
        co_await s.write(sent);
        std::array<octet, 8> came{};
        auto const n = co_await s.read(came, 1);
        if (n == 0) throw failure("closed");
        if (n != 1 || came[0] != octet(sent[0] + 1)) throw failure("wrong octets");
    }

    options const& given_;
    failures& failed_;
    origin origin_;
    loop loop_;
    time_point end_;
    std::uint64_t done_ = 0;
    samples took_;
};

}  // namespace

result connect(options const& given, failures& failed) { return clients(given, failed).run(); }

}  // namespace bench
