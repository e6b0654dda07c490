#include "socks5spec/tunnel.hpp"

#include <random>

namespace spec {

namespace {

/// One direction of an exchange.
class flow {
public:
    flow(connection& from, connection& to, octets const& all) : from_(from), to_(to), all_(all) {}

    bool done() const { return received_ == all_.size(); }

    /// Moves what can be moved at once. False when nothing could.
    bool step() {
        auto const sent = from_.write_some(std::span(all_).subspan(sent_));
        sent_ += sent;
        if (done()) return sent > 0;
        auto const came = to_.read_some(65536, clock::now());
        if (came.what == arrival::nothing) return sent > 0;
        if (came.what != arrival::data) {
            tell(progress());
            to_.point_at();
            fail("all of " + std::to_string(all_.size()) + " octets for " + to_.here(),
                 (came.what == arrival::end ? "the end" : "a reset") + std::string(" after ") +
                     std::to_string(received_));
        }
        to_.expect_part(all_, received_, came.octets);
        received_ += came.octets.size();
        return true;
    }

    void wait_on(waiting& w) {
        if (!done()) w.readable(to_.socket());
        if (sent_ < all_.size()) w.writable(from_.socket());
    }

    std::string progress() const {
        return from_.here() + " -> " + to_.here() + ": " + std::to_string(sent_) + " sent, " +
               std::to_string(received_) + " received";
    }

private:
    connection& from_;
    connection& to_;
    octets const& all_;
    std::size_t sent_ = 0, received_ = 0;
};

}  // namespace

void tunnel::expect_echo() {
    near.write(text("ping"));
    far.expect_data(text("ping"));
    far.write(text("pong"));
    near.expect_data(text("pong"));
}

tunnel open_tunnel(socks5::host const& host) {
    origin target(host);
    client near;
    near.connect_to(target.where());
    stands_on(plain::reply);
    return {std::move(near), target.accept()};
}

octets random_octets(std::size_t n, unsigned seed) {
    std::mt19937 random(seed);
    octets made(n);
    std::ranges::generate(made, [&] { return static_cast<octet>(random()); });
    return made;
}

void exchange(connection& left, octets const& from_left, connection& right, octets const& from_right) {
    stands_on(plain::data);
    tell(left.here() + ": sends " + count_of_octets(from_left.size()) + ", and at the same time " + right.here() + " " +
         count_of_octets(from_right.size()));
    flow there(left, right, from_left), back(right, left, from_right);
    while (!there.done() || !back.done()) {
        bool const moved_there = there.step(), moved_back = back.step();
        if (moved_there || moved_back) continue;
        waiting w;
        there.wait_on(w);
        back.wait_on(w);
        if (!w.until(in_time())) fail("progress", "none; " + there.progress() + "; " + back.progress());
    }
    tell(there.progress() + "; " + back.progress());
}

}  // namespace spec
