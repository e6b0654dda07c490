/// The coroutine network, over real sockets on loopback. What it shares with the blocking one is tried there.
#include "network/coroutine.hpp"

#include "network/coroutine_server.hpp"
#include "session/network.hpp"

#include <boost/asio/connect.hpp>

#include <doctest/doctest.h>

using namespace network;
using namespace std::chrono_literals;

static_assert(session::network<coroutine>);

namespace {

asio::ip::address const loopback = asio::ip::address_v4::loopback();
constexpr auto never = time_point::max();

struct fixture {
    coroutine_resources shared;
    asio::io_context& io = shared.io;

    /// Runs each function in a coroutine of its own, with a network of its own, until all have returned.
    void run(auto... functions) {
        std::size_t left = sizeof...(functions);
        auto const start = [&](auto f) {
            spawn(io, [&, f](yield_context const& yield) {
                coroutine_resolver resolver(io, shared.look_ups);
                coroutine net(shared, resolver, yield);
                f(net);
                resolver.wait(yield);
                --left;
            });
        };
        (start(functions), ...);
        auto const end = clock::now() + 10s;
        while (left > 0) REQUIRE(io.run_one_until(end) > 0);
    }
};

/// A connection with both its ends.
struct pair {
    tcp::acceptor acceptor;
    stream near, far;

    explicit pair(asio::io_context& io)
        : acceptor(io, {loopback, 0}), near(visit(acceptor.local_endpoint())), far(acceptor.accept()) {}

    tcp::socket visit(tcp::endpoint const& where) {
        tcp::socket visitor(acceptor.get_executor());
        visitor.connect(where);
        return visitor;
    }
};

socks5::rep rep_of(auto f) {
    try {
        f();
        return socks5::rep::succeeded;
    } catch (socks5::refused const& r) {
        return r.rep;
    }
}

}  // namespace

TEST_SUITE_BEGIN("coroutine network");

TEST_CASE_FIXTURE(fixture, "one coroutine reads what another one writes; an alarm ends a read that waits") {
    pair p(io);
    run(
        [&](coroutine& net) {
            CHECK(net.read(p.near, 3) == socks5::octets{1, 2, 3});
        },
        [&](coroutine& net) {
            net.write(p.far, socks5::octets{1, 2});
            net.pause(10ms);
            net.write(p.far, socks5::octets{3});
        });
    run([&](coroutine& net) {
        auto const alarm = net.alarm_at(clock::now() + 20ms, [&] { net.end(p.near); });
        CHECK_THROWS_WITH(net.read(p.near, 1), "broke off");
        CHECK(alarm.rang());
    });
}

TEST_CASE_FIXTURE(fixture, "both: each runs, they wait for each other, and what one throws comes out") {
    pair p(io);
    run([&](coroutine& net) {
        socks5::octets came;
        net.both([&](coroutine& here) { came = here.read(p.near, 1); },
                 [&](coroutine& here) { here.write(p.far, socks5::octets{7}); });
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
            auto const first = net.connect(where, never);
            CHECK(rep_of([&] { net.connect(where, clock::now() + 50ms); }) == socks5::rep::host_unreachable);
        },
        [&](coroutine& net) {
            for (int i = 0; i < 20; ++i) {
                CHECK(rep_of([&] { net.connect(refusing, never); }) == socks5::rep::connection_refused);
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
    listener door(io, {loopback, 0});
    run([&](coroutine& net) { CHECK(net.accept(door, p.near).has_value()); },
        [&](coroutine& net) {
            net.write(p.far, socks5::octets{1, 2, 3});
            net.pause(10ms);
            auto const visitor = net.connect(net.local(door), never);
        });
    run(
        [&](coroutine& net) {
            CHECK(net.read(p.near, 3) == socks5::octets{1, 2, 3});
            CHECK_FALSE(net.accept(door, p.near).has_value());
        },
        [&](coroutine& net) {
            net.pause(10ms);
            net.end(p.far);
        });
    pair other(io);
    run([&](coroutine& net) { CHECK_FALSE(net.accept(door, other.near).has_value()); },
        [&](coroutine& net) {
            net.pause(10ms);
            net.end(door);
        });
}

TEST_CASE_FIXTURE(fixture, "datagrams: waited for, and a wait that is ended") {
    run([&](coroutine& net) {
        auto here = net.open_datagrams(socks5::ipv4{{127, 0, 0, 1}});
        auto there = net.open_datagrams();
        socks5::octets buffer(10);
        socks5::address sender;
        net.both([&](coroutine& net_of_f) { CHECK(net_of_f.receive_from(here, buffer, sender) == 2); },
                 [&](coroutine& net_of_g) {
                     net_of_g.pause(10ms);
                     net_of_g.send_to(there, socks5::octets{1, 2}, net.local(here));
                     net_of_g.flush(there);
                 });
        CHECK(sender.port == net.local(there).port);
        net.both([&](coroutine& net_of_f) { CHECK_FALSE(net_of_f.receive_from(here, buffer, sender).has_value()); },
                 [&](coroutine& net_of_g) {
                     net_of_g.pause(10ms);
                     net_of_g.end(here);
                 });
    });
}

TEST_CASE("the server: at most so many clients at once, in all its loops, the others in turn") {
    std::list<coroutine_resources> loops(2);
    auto& io = loops.front().io;
    std::atomic<int> now = 0, all = 0;
    std::atomic<bool> too_many = false;
    auto const serve = [&](visitor& client, coroutine_resources&, yield_context const& yield) {
        if (++now > 2) too_many = true;
        char ignored = 0;
        error_code end;
        client.stream.socket().async_read_some(asio::buffer(&ignored, 1), yield[end]);
        --now;
        ++all;
    };
    coroutine_server server(loops, 2, serve, [](std::string const&) {});
    listener door(io, {loopback, 0});
    server.open(door);
    boost::thread crowd([&] {
        std::list<tcp::socket> clients;
        asio::io_context of_clients;
        for (int i = 0; i < 5; ++i) clients.emplace_back(of_clients).connect(door.local());
        for (int left = 0; left < 5; ++left) {
            while (now < std::min(2, 5 - left)) boost::this_thread::yield();
            clients.pop_front();
            while (all <= left) boost::this_thread::yield();
        }
        asio::post(io, [&] {
            server.stop();
            door.end();
        });
    });
    server.run();
    crowd.join();
    CHECK_FALSE(too_many);
    CHECK(server.wait_for_clients(10s));
}

TEST_SUITE_END();
