#include "bench/crowd.hpp"
#include "bench/samples.hpp"

namespace bench {

namespace {

class ping_pong {
public:
    ping_pong(options const& given, failures& failed) : given_(given), failed_(failed), crowd_(given, failed) {}

    result run() {
        crowd_.connect(given_.count);
        auto& loop = crowd_.its_loop();
        if (loop.running() > 0) return {{"rate", 0}, {"units", 0}, {"opened", crowd_.open.size()}};
        auto const began = clock::now();
        end_ = began + duration(given_.seconds);
        for (std::size_t i = 0; i < crowd_.open.size(); ++i) loop.start(player(*crowd_.open[i], i));
        loop.run(end_);
        auto const took = seconds_since(began);
        auto const in_time = took_.size();
        loop.run(end_ + duration(given_.patience));
        failed_.add("no answer", loop.running());
        result r{{"rate", double(in_time) / took}, {"units", took_.size()}, {"opened", crowd_.open.size()}};
        took_.write(r);
        return r;
    }

private:
    task player(stream& s, std::size_t number) {
        std::vector<octet> ball(given_.size), came(given_.size + 1);  // one more, so that too many are noticed
        for (std::size_t turn = number; clock::now() < end_; ++turn) {
            for (std::size_t i = 0; i < ball.size(); ++i) ball[i] = octet(turn >> (i % 4 * 8)) ^ octet(i * 7);
            auto const began = clock::now();
            try {
                co_await s.write(ball);
                auto const n = co_await s.read(came, ball.size());
                took_.add(clock::now() - began);
                if (n < ball.size()) throw failure("closed");
                next_octets(ball);
                if (n > ball.size() || !std::ranges::equal(ball, std::span(came).first(n)))
                    throw failure("wrong octets");
            } catch (failure const& e) {
                failed_.add(e.what());
                co_return;
            }
        }
    }

    options const& given_;
    failures& failed_;
    crowd crowd_;
    time_point end_;
    samples took_;
};

}  // namespace

result latency(options const& given, failures& failed) { return ping_pong(given, failed).run(); }

}  // namespace bench
