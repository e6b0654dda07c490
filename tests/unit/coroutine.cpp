/// The coroutine network, over real sockets on loopback. What it shares with the blocking one is tried there.
#include "network/coroutine.hpp"

#include "network/coroutine_server.hpp"
#include "real_network.hpp"
#include "session/any_network.hpp"

#include <boost/asio/connect.hpp>

#include <doctest/doctest.h>

using namespace network;
using namespace real;
using namespace std::chrono_literals;
using real::connect, real::pair, real::read;

static_assert(session::any_network<coroutine>);

namespace {

struct fixture {
    coroutine_resources shared;
    asio::io_context& io = shared.io;

    /// Runs each function in a coroutine of its own, with a network of its own, until all have returned.
    void run(auto... functions) {
        std::size_t left = sizeof...(functions);
        auto const start = [&](auto f) {
            spawn(io, [&, f](yield_context const& yield) {
                coroutine::resolver names(shared, io);
                coroutine net(shared, names, yield);
                f(net);
                names.finish(yield);
                --left;
            });
        };
        (start(functions), ...);
        auto const end = clock::now() + 10s;
        while (left > 0) REQUIRE(io.run_one_until(end) > 0);
    }
};

}  // namespace

TEST_SUITE_BEGIN("coroutine network");

TEST_CASE_FIXTURE(fixture, "one coroutine reads what another one writes - an alarm ends a read that waits") {
    pair p(io);
    run(
        [&](coroutine& net) {
            CHECK(read(net, p.ours, 3) == socks5::octets{1, 2, 3});
        },
        [&](coroutine& net) {
            net.write(p.theirs, socks5::octets{1, 2});
            net.pause(10ms);
            net.write(p.theirs, socks5::octets{3});
        });
    run([&](coroutine& net) {
        auto const alarm = net.alarm_at(clock::now() + 20ms, [&] { p.ours.end(); });
        CHECK(read(net, p.ours, 1).empty());
        CHECK(alarm.rang());
    });
}

TEST_CASE_FIXTURE(fixture, "both: each runs, they wait for each other, and what one throws comes out") {
    pair p(io);
    run([&](coroutine& net) {
        socks5::octets came;
        net.both([&](coroutine& here) { came = read(here, p.ours, 1); },
                 [&](coroutine& here) { here.write(p.theirs, socks5::octets{7}); });
        CHECK(came == socks5::octets{7});
        auto const fail = [](coroutine& here) {
            here.pause(1ms);
            throw std::runtime_error("failed");
        };
        auto const rest = [](coroutine& here) { here.pause(10ms); };
        CHECK_THROWS_WITH(net.both(fail, rest), "failed");
        CHECK_THROWS_WITH(net.both(rest, fail), "failed");
    });
}

TEST_CASE_FIXTURE(fixture, "what fails in one coroutine is not what fails in another at the same time") {
    tcp::acceptor full(io, tcp::v4());
    full.bind({loopback, 0});
    full.listen(0);
    tcp::acceptor closed(io, {loopback, 0});
    auto const refusing = to_address(closed.local_endpoint());
    closed.close();
    run(
        [&](coroutine& net) {
            auto const where = to_address(full.local_endpoint());
            auto const first = connect(net, where, never);
            CHECK(rep_of([&] { connect(net, where, clock::now() + 50ms); }) == socks5::rep::host_unreachable);
        },
        [&](coroutine& net) {
            for (int i = 0; i < 20; ++i) {
                CHECK(rep_of([&] { connect(net, refusing, never); }) == socks5::rep::connection_refused);
                net.pause(5ms);
            }
        });
}

TEST_CASE_FIXTURE(fixture, "names: found, unknown, and given up while others go on") {
    run(
        [&](coroutine& net) {
            CHECK_FALSE(net.resolve({socks5::domainname{"localhost"}, 80}, never).empty());
        },
        [&](coroutine& net) {
            CHECK(rep_of([&] {
                      net.resolve({socks5::domainname{"nope.invalid"}, 80}, never);
                  }) == socks5::rep::host_unreachable);
        },
        [&](coroutine& net) {
            auto const given_up = net.alarm_at(clock::now(), [&] { net.end_look_up(); });
            std::ignore = rep_of([&] { net.resolve({socks5::domainname{"localhost"}, 80}, never); });
        });
}

TEST_CASE_FIXTURE(fixture, "a listener stops waiting when the one it waits for leaves, and not when that one speaks") {
    pair p(io);
    listener l(io, {loopback, 0});
    octets said;
    run([&](coroutine& net) { CHECK(comes(net, l, p.ours, said)); },
        [&](coroutine& net) {
            net.write(p.theirs, socks5::octets{1, 2, 3});
            net.pause(10ms);
            auto const caller = connect(net, l.local(), never);
        });
    CHECK(said == octets{1, 2, 3});
    run([&](coroutine& net) { CHECK_FALSE(comes(net, l, p.ours, said)); },
        [&](coroutine& net) {
            net.pause(10ms);
            p.theirs.end();
        });
    pair other(io);
    run([&](coroutine& net) { CHECK_FALSE(comes(net, l, other.ours, said)); },
        [&](coroutine& net) {
            net.pause(10ms);
            l.end();
        });
}

TEST_CASE_FIXTURE(fixture, "datagrams: waited for, and a wait that is ended") {
    run([&](coroutine& net) {
        auto here = net.open_datagram_socket(socks5::ipv4{{127, 0, 0, 1}});
        auto there = net.open_datagram_socket();
        socks5::octets buffer(10);
        socks5::address sender;
        net.both([&](coroutine& net_of_f) { CHECK(net_of_f.receive_from(here, buffer, sender) == 2); },
                 [&](coroutine& net_of_g) {
                     net_of_g.pause(10ms);
                     net_of_g.send_to(there, socks5::octets{1, 2}, here.local());
                     net_of_g.flush(there);
                 });
        CHECK(sender.port == there.local().port);
        net.both([&](coroutine& net_of_f) { CHECK_FALSE(net_of_f.receive_from(here, buffer, sender).has_value()); },
                 [&](coroutine& net_of_g) {
                     net_of_g.pause(10ms);
                     here.end();
                 });
    });
}

TEST_CASE_FIXTURE(fixture, "datagrams: the wait for one ends when the client leaves, and not when it speaks") {
    auto here = std::make_unique<datagram_socket>(io, udp::endpoint(loopback, 0), false);
    pair p(io);
    octets said, buffer(10);
    run(
        [&](coroutine& net) {
            auto watcher = net.watch(p.ours, [&](std::span<socks5::octet const> more) {
                said.insert(said.end(), more.begin(), more.end());
                return true;
            });
            socks5::address sender;
            CHECK(net.receive_from(*here, buffer, sender, watcher) == 2);
            CHECK_FALSE(net.receive_from(*here, buffer, sender, watcher).has_value());
            CHECK(said == octets(1000));
        },
        [&](coroutine& net) {
            net.write(p.theirs, octets(1000));
            net.pause(10ms);
            net.send_to(*here, octets{1, 2}, here->local());
            net.flush(*here);
            net.pause(10ms);
            p.theirs.end();
        });
}

TEST_CASE("the server: at most so many clients at once, in all its loops, the others in turn") {
    std::list<coroutine_resources> loops(2);
    auto& io = loops.front().io;
    std::atomic<int> now = 0, all = 0;
    std::atomic<bool> too_many = false;
    auto const serve = [&](stream client, coroutine_resources&, yield_context const& yield) {
        if (++now > 2) too_many = true;
        char ignored = 0;
        error_code end;
        client.socket().async_read_some(asio::buffer(&ignored, 1), yield[end]);
        --now;
        ++all;
    };
    coroutine_server server(loops, 2, serve, [](std::string const&) {});
    listener l(io, {loopback, 0});
    server.open(l);
    boost::thread crowd([&] {
        std::list<tcp::socket> clients;
        asio::io_context of_clients;
        for (int i = 0; i < 5; ++i) clients.emplace_back(of_clients).connect(l.acceptor().local_endpoint());
        for (int left = 0; left < 5; ++left) {
            while (now < std::min(2, 5 - left)) boost::this_thread::yield();
            clients.pop_front();
            while (all <= left) boost::this_thread::yield();
        }
        asio::post(io, [&] {
            server.stop();
            l.end();
        });
    });
    server.run();
    crowd.join();
    CHECK_FALSE(too_many);
    CHECK(server.wait_for_clients(10s));
}

TEST_SUITE_END();
