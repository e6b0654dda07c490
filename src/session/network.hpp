/// What a session asks of a network. A network knows how to wait; a session knows what for.
#pragma once

#include "socks5/reply.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace session {

using clock = std::chrono::steady_clock;
using time_point = clock::time_point;

/// The moment when a limit that starts now has passed. A limit of zero never passes.
inline time_point after(std::chrono::milliseconds limit) {
    return limit.count() == 0 ? time_point::max() : clock::now() + limit;
}

/// Why an alarm rang: because it was time, or because the server stops.
std::string cut_short(auto& net, std::string const& time_is_up) {
    return net.stopping() ? "the proxy stops" : time_is_up;
}

/// How often an alarm that has rung rings again.
inline constexpr int alarm_rings_per_second = 10;

/// A network is a small value, one for each thread of activity. Its operations wait until they are done; they
/// throw std::exception when a connection is lost, and socks5::refused where the failure is an answer.
template <class N>
concept network = requires(N net, typename N::stream stream, typename N::listener listener, typename N::visitor visitor,
                           typename N::pipe pipe, typename N::datagrams datagrams, typename N::alarm alarm,
                           socks5::address address, std::span<socks5::octet> buffer,
                           std::span<socks5::octet const> data, std::size_t n, time_point when) {
    // A TCP connection. read() delivers exactly n octets, read_some() what is there, and 0 at the end.
    { net.read(stream, n) } -> std::same_as<socks5::octets>;
    { net.read_some(stream, buffer) } -> std::same_as<std::size_t>;
    net.write(stream, data);
    net.shutdown_send(stream);                        // the peer reads an end, and may go on sending
    net.shutdown_receive(stream);                     // our own reader reads an end; the peer notices nothing
    { net.connected(stream) } -> std::same_as<bool>;  // false after a reset, or when both sides have sent their end
    net.reset_on_close(stream);                       // the peer shall see a reset, not an end
    { net.local(stream) } -> std::same_as<socks5::address>;

    // From one connection to another without a copy: move_some() moves what is there, and 0 means that read_some() has
    // to be asked.
    { net.open_pipe(stream, stream) } -> std::same_as<typename N::pipe>;
    { pipe.is_open() } -> std::same_as<bool>;  // false: there is none to be had
    { net.move_some(pipe) } -> std::same_as<std::size_t>;

    // Ways to a target. All throw socks5::refused. One thread of activity may look up names, another end its wait.
    { net.resolve(address, when) } -> std::same_as<std::vector<socks5::address>>;
    net.end_look_up();
    { net.connect(address, when) } -> std::same_as<typename N::stream>;
    { net.route_to(address) } -> std::same_as<socks5::host>;  // our own address on the way there

    // BIND. accept() delivers nothing when the client's connection ended first, or the listener was ended.
    { net.listen(address.host) } -> std::same_as<typename N::listener>;
    { net.local(listener) } -> std::same_as<socks5::address>;
    { net.accept(listener, stream) } -> std::same_as<std::optional<typename N::visitor>>;
    { visitor.stream } -> std::same_as<typename N::stream&>;
    { visitor.address } -> std::same_as<socks5::address&>;

    // UDP. receive_from() delivers the size of a datagram and its sender, and nothing when the socket was ended.
    { net.open_datagrams(address.host) } -> std::same_as<typename N::datagrams>;
    { net.open_datagrams() } -> std::same_as<typename N::datagrams>;  // towards targets of any kind
    { net.local(datagrams) } -> std::same_as<socks5::address>;
    { net.receive_from(datagrams, buffer, address) } -> std::same_as<std::optional<std::size_t>>;
    { net.has_more(datagrams) } -> std::same_as<bool>;                // then receive_from() does not wait
    { net.send_to(datagrams, data, address) } -> std::same_as<bool>;  // false: it cannot go, and is lost
    net.flush(datagrams);                                             // only now all datagrams must have gone

    // Waiting for two things at once: each function gets a network of its own.
    net.both([](N&) {}, [](N&) {});

    // Ending a wait from outside: whoever waits on it is woken, now and ever after.
    net.end(stream);
    net.end(listener);
    net.end(datagrams);

    // An alarm calls a function when its time has come, and then ten times a second until it is destroyed.
    {
        net.alarm_at(when, [] {})
        } -> std::same_as<typename N::alarm>;
    alarm.postpone(when);  // not before then; cheap enough for every octet
    alarm.ring_at(when);   // then, and no postponing any more
    { alarm.rang() } -> std::same_as<bool>;
    { net.stopping() } -> std::same_as<bool>;  // the server stops: every alarm rings
    net.pause(std::chrono::milliseconds(n));
};

}  // namespace session
