/// The blocking network, over real sockets on loopback.
#include "network/blocking.hpp"
#include "network/blocking_server.hpp"
#include "real_network.hpp"
#include "session/any_network.hpp"

#include <boost/asio/connect.hpp>

#include <doctest/doctest.h>

#include <future>

using namespace network;
using namespace real;
using namespace std::chrono_literals;
using real::connect, real::pair, real::read;

static_assert(session::any_network<blocking>);

namespace {

struct fixture {
    blocking_resources shared;
    asio::io_context& io = shared.io;
    blocking net{shared};
};

}  // namespace

TEST_SUITE_BEGIN("network");

TEST_CASE("the one table from error to REP") {
    namespace error = boost::asio::error;
    namespace errc = boost::system::errc;
    using enum socks5::rep;
    CHECK(to_rep(error::connection_refused) == connection_refused);
    CHECK(to_rep(error::network_unreachable) == network_unreachable);
    CHECK(to_rep(error::address_family_not_supported) == network_unreachable);
    CHECK(to_rep(error::host_unreachable) == host_unreachable);
    CHECK(to_rep(error::timed_out) == host_unreachable);
    CHECK(to_rep(error::host_not_found) == host_unreachable);
    CHECK(to_rep(error::host_not_found_try_again) == host_unreachable);
    CHECK(to_rep(error::no_data) == host_unreachable);
    CHECK(to_rep(make_error_code(errc::permission_denied)) == connection_not_allowed_by_ruleset);
    CHECK(to_rep(error::no_descriptors) == general_socks_server_failure);
    CHECK(to_rep(error::no_memory) == general_socks_server_failure);
}

TEST_CASE_FIXTURE(fixture, "an alarm ends a read that blocks") {
    pair p(io);
    auto const began = clock::now();
    auto const alarm = net.alarm_at(began + 50ms, [&] { p.ours.end(); });
    CHECK(read(net, p.ours, 1).empty());
    CHECK(alarm.rang());
    CHECK(clock::now() - began >= 50ms);
}

TEST_CASE_FIXTURE(fixture, "an alarm rings again until it is destroyed, and never after") {
    std::atomic<int> rings = 0;
    {
        auto const alarm = net.alarm_at(clock::now(), [&] { ++rings; });
        while (rings < 3) std::this_thread::yield();
    }
    int const heard = rings;
    auto const later = net.alarm_at(clock::now() + 250ms, [] {});
    while (!later.rang()) std::this_thread::yield();
    CHECK(rings == heard);
}

TEST_CASE_FIXTURE(fixture, "a postponed alarm rings later, a fixed one cannot be postponed") {
    auto const began = clock::now();
    auto postponed = net.alarm_at(began + 20ms, [] {});
    postponed.postpone(began + 120ms);
    auto fixed = net.alarm_at(never, [] {});
    fixed.ring();
    fixed.postpone(never);
    while (!fixed.rang()) std::this_thread::yield();
    while (!postponed.rang()) std::this_thread::yield();
    CHECK(clock::now() - began >= 120ms);
}

TEST_CASE_FIXTURE(fixture, "stop rings every alarm there is, and those to come") {
    auto const before = net.alarm_at(never, [] {});
    shared.watchdog.stop();
    auto const after = net.alarm_at(never, [] {});
    while (!before.rang() || !after.rang()) std::this_thread::yield();
    CHECK(net.stopping());
}

TEST_CASE_FIXTURE(fixture, "connect: a full queue that never answers ends with the limit, and REP 04") {
    tcp::acceptor acceptor(io);
    acceptor.open(tcp::v4());
    acceptor.bind({loopback, 0});
    acceptor.listen(0);
    auto const where = to_address(acceptor.local_endpoint());
    auto const first = connect(net, where, never);
    auto const began = clock::now();
    CHECK(rep_of([&] { connect(net, where, began + 100ms); }) == socks5::rep::host_unreachable);
    CHECK(clock::now() - began < 5s);
}

TEST_CASE_FIXTURE(fixture, "connect: refused, and from a given address") {
    tcp::acceptor acceptor(io, {loopback, 0});
    auto const where = to_address(acceptor.local_endpoint());
    blocking_resources of_two;
    of_two.outgoing = asio::ip::make_address("127.0.0.2");
    blocking from_two(of_two);
    auto const stream = connect(from_two, where, never);
    CHECK(to_string(stream.local().host) == "127.0.0.2");
    CHECK(rep_of([&] { connect(from_two, {socks5::ipv6{{0x20, 1}}, 80}, never); }) != socks5::rep::succeeded);
    acceptor.close();
    CHECK(rep_of([&] { connect(net, where, never); }) == socks5::rep::connection_refused);
}

TEST_CASE_FIXTURE(fixture, "names: numbers need no look-up, localhost leads here, nowhere is REP 04") {
    auto const numbers = net.resolve({socks5::domainname{"127.0.0.1"}, 80}, never);
    REQUIRE(numbers.size() == 1);
    CHECK(to_string(numbers[0]) == "127.0.0.1:80");
    CHECK(to_string(net.resolve({socks5::domainname{"::1"}, 80}, never).at(0)) == "[::1]:80");
    CHECK_FALSE(net.resolve({socks5::domainname{"localhost"}, 80}, never).empty());
    CHECK(rep_of([&] {
              net.resolve({socks5::domainname{"nope.invalid"}, 80}, never);
          }) == socks5::rep::host_unreachable);
    blocking_resources of_v4;
    of_v4.outgoing = loopback;
    blocking from_v4(of_v4);
    CHECK(from_v4.resolve({socks5::domainname{"::1"}, 80}, never).empty());
}

TEST_CASE_FIXTURE(fixture, "names: a look-up that was given up ends, whichever comes first") {
    resolver<event> names(shared);
    auto const giving_up = net.alarm_at(clock::now(), [&] { names.give_up(); });
    error_code error;
    auto const addresses = names.look_up("localhost", error);
    names.finish();
    CHECK(addresses.empty() == (error == asio::error::operation_aborted));
}

TEST_CASE_FIXTURE(fixture, "a listener that was ended wakes its waiter, and refuses those that come later") {
    listener l(io, {loopback, 0});
    auto const accept = [](tcp::acceptor& acceptor, tcp::endpoint& from, error_code& error) {
        return acceptor.accept(from, error);
    };
    auto waiting = std::async(std::launch::async, [&] { return l.accept(accept).has_value(); });
    pair p(io);
    listener other(io, {loopback, 0});
    octets said;
    auto also_waiting = std::async(std::launch::async, [&] { return comes(net, other, p.ours, said); });
    l.end();
    other.end();
    CHECK_FALSE(waiting.get());
    CHECK_FALSE(also_waiting.get());
    CHECK_FALSE(l.accept(accept).has_value());
}

TEST_CASE_FIXTURE(fixture, "a listener stops waiting when the one it waits for leaves, and not when that one speaks") {
    listener l(io, {loopback, 0});
    pair p(io);
    octets said;
    net.write(p.theirs, socks5::octets{1, 2, 3});
    auto waiting = std::async(std::launch::async, [&] { return comes(net, l, p.ours, said); });
    auto const caller = connect(net, l.local(), never);
    CHECK(waiting.get());
    CHECK(said == octets{1, 2, 3});

    net.write(p.theirs, socks5::octets{4});
    auto again = std::async(std::launch::async, [&] { return comes(net, l, p.ours, said); });
    p.theirs.socket().close();
    CHECK_FALSE(again.get());
}

TEST_CASE_FIXTURE(fixture, "datagrams: both kinds of addresses through one socket, and a wait that is ended") {
    auto everywhere = net.open_datagram_socket();
    auto here = net.open_datagram_socket(socks5::ipv4{{127, 0, 0, 1}});
    net.send_to(everywhere, socks5::octets{1, 2}, here.local());
    net.flush(everywhere);
    socks5::octets buffer(10);
    socks5::address sender;
    CHECK(net.receive_from(here, buffer, sender) == 2);
    net.send_to(here, socks5::octets{3}, sender);
    net.flush(here);
    CHECK(net.receive_from(everywhere, buffer, sender) == 1);
    CHECK(sender == here.local());

    CHECK(net.send_to(here, {}, sender));
    net.flush(here);
    CHECK(net.receive_from(here, buffer, sender) == 0);  // empty is not ended
    auto waiting = std::async(std::launch::async, [&] { return net.receive_from(here, buffer, sender); });
    here.end();
    CHECK_FALSE(waiting.get().has_value());
}

TEST_CASE_FIXTURE(fixture, "datagrams: the wait for one ends when the client leaves, and not when it speaks") {
    auto here = net.open_datagram_socket(socks5::ipv4{{127, 0, 0, 1}});
    pair p(io);
    octets said, buffer(10);
    socks5::address sender;
    auto watcher = net.watch(p.ours, [&](std::span<socks5::octet const> more) {
        said.insert(said.end(), more.begin(), more.end());
        return true;
    });
    auto const receive = [&] { return net.receive_from(here, buffer, sender, watcher); };
    auto waiting = std::async(std::launch::async, receive);
    net.write(p.theirs, octets(1000));
    net.send_to(here, octets{1, 2}, here.local());
    net.flush(here);
    CHECK(waiting.get() == 2);
    waiting = std::async(std::launch::async, receive);
    p.theirs.end();
    CHECK_FALSE(waiting.get().has_value());
    CHECK(said == octets(1000));
}

TEST_CASE_FIXTURE(
    fixture, "datagrams: many at once keep their order, sizes and senders - one that cannot go takes none with it") {
    auto here = net.open_datagram_socket(socks5::ipv4{{127, 0, 0, 1}});
    auto one = net.open_datagram_socket(socks5::ipv4{{127, 0, 0, 1}}),
         other = net.open_datagram_socket(socks5::ipv4{{127, 0, 0, 1}});
    CHECK_FALSE(net.send_to(one, socks5::octets(65508), here.local()));
    for (socks5::octet i = 0; i < 40; ++i) {
        auto& from = i % 2 == 0 ? one : other;
        if (i == 6) net.send_to(from, socks5::octets{1}, {socks5::ipv4{{127, 0, 0, 1}}, 0});
        net.send_to(from, socks5::octets(i, i), here.local());
        if (i % 2 == 1) {
            net.flush(one);
            net.flush(other);
        }
    }
    socks5::octets buffer(100);
    socks5::address sender;
    for (socks5::octet i = 0; i < 40; ++i) {
        REQUIRE(net.receive_from(here, buffer, sender) == i);
        CHECK(std::ranges::all_of(std::span(buffer).first(i), [&](auto o) { return o == i; }));
        CHECK(sender == (i % 2 == 0 ? one : other).local());
    }
    CHECK_FALSE(here.has_more());
}

TEST_CASE_FIXTURE(fixture, "both: each runs, and what one throws comes out") {
    std::atomic<int> ran = 0;
    net.both([&](blocking&) { ++ran; }, [&](blocking&) { ++ran; });
    CHECK(ran == 2);
    auto const fail = [](blocking&) { throw std::runtime_error("failed"); };
    auto const count = [&](blocking&) { ++ran; };
    CHECK_THROWS_WITH(net.both(fail, count), "failed");
    CHECK_THROWS_WITH(net.both(count, fail), "failed");
    CHECK(ran == 4);
}

TEST_CASE_FIXTURE(fixture, "connected: not after a reset, but still after an end of one side") {
    pair p(io);
    CHECK(p.ours.connected());
    p.theirs.shutdown_send();
    socks5::octets buffer(1);
    CHECK(net.read_some(p.ours, buffer) == 0);
    CHECK(p.ours.connected());
    p.theirs.reset_on_close();
    { auto const destroyed = std::move(p.theirs.socket()); }
    CHECK_THROWS(net.write(p.ours, buffer));
    CHECK_FALSE(p.ours.connected());
}

TEST_CASE_FIXTURE(fixture, "both sides of a proxied connection have the options that they need") {
    pair p(io);
    prepare(p.ours.socket().native_handle());
    tcp::no_delay no_delay;
    tcp::socket::keep_alive keep_alive;
    p.ours.socket().get_option(no_delay);
    p.ours.socket().get_option(keep_alive);
    CHECK(no_delay.value());
    CHECK(keep_alive.value());
}

TEST_CASE_FIXTURE(fixture, "the server: at most so many clients at once, the others in turn") {
    std::atomic<int> now = 0, all = 0;
    std::atomic<bool> too_many = false;
    auto const serve = [&](stream client) {
        if (++now > 2) too_many = true;
        char ignored = 0;
        boost::system::error_code end;
        client.socket().read_some(asio::buffer(&ignored, 1), end);
        --now;
        ++all;
    };
    network::blocking_server server(shared.threads, 2, serve, [](std::string const&) {});
    listener l(io, {loopback, 0});
    auto running = std::async(std::launch::async, [&] { server.run(l); });
    std::list<tcp::socket> clients;
    for (int i = 0; i < 5; ++i) clients.emplace_back(io).connect(l.acceptor().local_endpoint());
    for (int left = 0; left < 5; ++left) {
        while (now < std::min(2, 5 - left)) std::this_thread::yield();
        clients.pop_front();
        while (all <= left) std::this_thread::yield();
    }
    CHECK_FALSE(too_many);
    server.stop();
    l.end();
    running.get();
    CHECK(server.wait_for_clients(10s));
}

TEST_CASE_FIXTURE(fixture, "the server: two listeners have one limit") {
    std::atomic<int> now = 0, all = 0;
    std::atomic<bool> too_many = false;
    auto const serve = [&](stream const&) {
        if (++now > 1) too_many = true;
        std::this_thread::yield();
        --now;
        ++all;
    };
    network::blocking_server server(shared.threads, 1, serve, [](std::string const&) {});
    listener front(io, {loopback, 0}), back(io, {loopback, 0});
    auto one = std::async(std::launch::async, [&] { server.run(front); });
    auto other = std::async(std::launch::async, [&] { server.run(back); });
    for (int i = 0; i < 100; ++i) {
        tcp::socket first(io), second(io);
        first.connect(front.acceptor().local_endpoint());
        second.connect(back.acceptor().local_endpoint());
    }
    while (all < 200) std::this_thread::yield();
    CHECK_FALSE(too_many);
    server.stop();
    front.end();
    back.end();
    one.get();
    other.get();
    CHECK(server.wait_for_clients(10s));
}

TEST_CASE_FIXTURE(fixture, "the server: a client that does not end is waited for, not longer than told") {
    std::promise<void> came, leave;
    auto const serve = [&](stream const&) {
        came.set_value();
        leave.get_future().wait();
    };
    network::blocking_server server(shared.threads, 10, serve, [](std::string const&) {});
    listener l(io, {loopback, 0});
    auto running = std::async(std::launch::async, [&] { server.run(l); });
    tcp::socket client(io);
    client.connect(l.acceptor().local_endpoint());
    came.get_future().wait();
    server.stop();
    l.end();
    running.get();
    CHECK_FALSE(server.wait_for_clients(10ms));
    leave.set_value();
    CHECK(server.wait_for_clients(10s));
}

TEST_SUITE_END();
