#include "bench/dial.hpp"
#include "bench/modes.hpp"
#include "bench/pattern.hpp"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <deque>
#include <thread>

namespace bench {

namespace {

struct pair {
    descriptor client, origin;
};

/// Connects a pair, and another, and another. One after the other: so each end meets its own.
class connector {
public:
    explicit connector(options const& given) : given_(given), listener_(loop_, listening()) {}

    std::deque<pair> run(failures& failed) {
        loop_.start(connect(failed));
        loop_.run(clock::now() + duration(given_.patience));
        failed.add("no answer", loop_.running());
        return std::move(pairs_);
    }

private:
    task connect(failures& failed) {
        try {
            while (pairs_.size() < given_.count) {
                stream s(loop_);
                co_await dial(s, given_.server, port_of(listener_.number()));
                auto accepted = co_await listener_.accept();
                pairs_.push_back({loop_.release(s), std::move(accepted)});
            }
        } catch (failure const& e) {
            failed.add(e.what());
        }
    }

    options const& given_;
    loop loop_;
    stream listener_;
    std::deque<pair> pairs_;
};

/// The algorithm, like cubic or bbr. Some pace even what stays on this machine.
std::string congestion_control(int socket) {
    std::array<char, 16> name{};
    socklen_t size = sizeof name;
    ::getsockopt(socket, IPPROTO_TCP, TCP_CONGESTION, name.data(), &size);
    return name.data();
}

/// Lets calls block, but not for long: so that those who wait look at the clock.
void let_block(int socket) {
    timeval const now_and_then{0, 100'000};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &now_and_then, sizeof now_and_then);
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &now_and_then, sizeof now_and_then);
    ::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) & ~O_NONBLOCK);
}

/// One direction of one stream: a thread sends, another receives.
class flow {
public:
    flow(int from, int to, pattern const& octets, std::uint64_t place, failures& failed)
        : from_(from), to_(to), octets_(octets), place_(place), failed_(failed) {}

    void send(time_point end) {
        while (clock::now() < end && !broken_) {
            auto const n = ::send(from_, octets_.at(place_ + sent_), pattern::longest, MSG_NOSIGNAL);
            if (n < 0 && errno == EAGAIN) continue;
            if (n <= 0)
                break_off("write");
            else
                sent_ += std::uint64_t(n);
        }
        all_sent_ = true;
    }

    void receive(time_point end, clock::duration patience) {
        std::vector<octet> buffer(pattern::longest);
        auto last = clock::now();
        while (!broken_ && !(all_sent_ && received_ == sent_)) {
            auto const n = ::recv(to_, buffer.data(), buffer.size(), 0);
            auto const now = clock::now();
            if (n < 0 && errno == EAGAIN && now - last < patience) continue;
            if (n < 0 && errno == EAGAIN) return lost();
            if (n < 0) return break_off("read");
            if (n == 0) return lost();
            last = now;
            if (!octets_.matches(place_ + received_, {buffer.data(), std::size_t(n)})) return wrong();
            received_ += std::uint64_t(n);
            if (now < end) in_time_ = received_;
        }
        if (::recv(to_, buffer.data(), 1, MSG_DONTWAIT) > 0) failed_.add("more octets than were sent");
    }

    std::uint64_t in_time() const { return in_time_; }
    std::uint64_t received() const { return received_; }

private:
    void break_off(char const* call) {
        if (!broken_.exchange(true)) failed_.add(std::string(call) + ": " + std::generic_category().message(errno));
    }

    void lost() {
        broken_ = true;
        failed_.add("lost octets");
    }

    void wrong() {
        broken_ = true;
        failed_.add("wrong octets");
    }

    int from_, to_;
    pattern const& octets_;
    std::uint64_t place_;
    failures& failed_;
    std::atomic<bool> broken_ = false, all_sent_ = false;
    std::atomic<std::uint64_t> sent_ = 0;
    std::uint64_t received_ = 0, in_time_ = 0;
};

}  // namespace

result bulk(options const& given, failures& failed) {
    auto const pairs = connector(given).run(failed);
    static pattern const octets;
    std::deque<flow> flows;
    for (auto const& [client, origin] : pairs) {
        let_block(client.number());
        let_block(origin.number());
        // Each begins at another place of the pattern, so that streams that are mixed up show.
        auto const place = flows.size() * 1009;
        if (given.direction != "up") flows.emplace_back(origin.number(), client.number(), octets, place, failed);
        if (given.direction != "down") flows.emplace_back(client.number(), origin.number(), octets, place + 1, failed);
    }
    auto const began = clock::now();
    auto const end = began + duration(given.seconds);
    {
        std::vector<std::jthread> threads;
        for (auto& f : flows) {
            threads.emplace_back([&] { f.receive(end, duration(given.patience)); });
            threads.emplace_back([&] { f.send(end); });
        }
    }
    std::uint64_t in_time = 0, in_all = 0;
    for (auto const& f : flows) {
        in_time += f.in_time();
        in_all += f.received();
    }
    constexpr double mib = 1024 * 1024;
    result r{{"rate", double(in_time) / mib / given.seconds.count()}, {"units", double(in_all) / mib / 1024}};
    if (!pairs.empty()) r["congestion_control"] = congestion_control(pairs.front().client.number());
    return r;
}

}  // namespace bench
