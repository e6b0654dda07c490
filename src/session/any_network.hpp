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

/// A TCP connection. Nothing here waits.
template <class S>
concept any_stream = requires(S stream) {
    { stream.local() } -> std::same_as<socks5::address>;
    { stream.peer() } -> std::same_as<socks5::address>;
    { stream.connected() } -> std::same_as<bool>;  // false after a reset, or when both sides have sent their end
    stream.shutdown_send();                        // the peer reads an end, and may go on sending
    stream.shutdown_receive();                     // our own reader reads an end; the peer notices nothing
    stream.end();                                  // both: whoever waits is woken, now and ever after; from any thread
    stream.reset_on_close();                       // the peer shall see a reset, not an end
};

/// A listening socket, or one for datagrams.
template <class S>
concept any_socket = requires(S socket) {
    { socket.local() } -> std::same_as<socks5::address>;
    socket.end();  // whoever waits is woken, now and ever after; from any thread
};

/// A network belongs to one client. Its operations wait until they are done; those that only make something do not
/// wait. They throw std::exception when a connection is lost, and socks5::refused where the failure is an answer.
template <class N>
concept any_network = any_stream<typename N::stream> && any_socket<typename N::listener> &&
    any_socket<typename N::datagram_socket> &&
    requires(N net, typename N::stream stream, typename N::listener listener, typename N::watcher watcher,
             typename N::pipe pipe, typename N::datagram_socket socket, typename N::alarm alarm,
             socks5::address address, std::span<socks5::octet> buffer, std::span<socks5::octet const> data,
             std::size_t n, time_point when) {
    // TCP. read_some() delivers what is there, and 0 at the end; write() sends all.
    { net.read_some(stream, buffer) } -> std::same_as<std::size_t>;
    net.write(stream, data);

    // From one connection to another without a copy: move_some() moves what is there, and 0 means that read_some()
    // has to be asked.
    { net.open_pipe(stream, stream) } -> std::same_as<typename N::pipe>;
    { pipe.is_open() } -> std::same_as<bool>;  // false: there is none to be had
    { net.move_some(pipe) } -> std::same_as<std::size_t>;

    // Ways to a target. All throw socks5::refused. While one thread, or coroutine, looks up a name, another one may end
    // its wait.
    { net.resolve(address, when) } -> std::same_as<std::vector<socks5::address>>;
    net.end_look_up();
    { net.open_stream(address) } -> std::same_as<typename N::stream>;  // for a connection there
    net.connect(stream, when);
    { net.route_to(address) } -> std::same_as<socks5::host>;  // our own address on the way there

    // A watcher notices that a client leaves while something else is waited for. What the client says meanwhile is
    // given to a function, which says whether it can take more; if not, nobody watches any longer.
    {
        net.watch(stream, [](std::span<socks5::octet const>) { return true; })
        } -> std::same_as<typename N::watcher>;

    // BIND. accept() delivers nothing when the client has left, or the listener was ended.
    { net.listen(address.host) } -> std::same_as<typename N::listener>;
    { net.accept(listener, watcher) } -> std::same_as<std::optional<typename N::stream>>;

    // UDP. receive_from() delivers the size of a datagram and its sender, and nothing when the socket was ended, or
    // the client has left.
    { net.open_datagram_socket(address.host) } -> std::same_as<typename N::datagram_socket>;
    { net.open_datagram_socket() } -> std::same_as<typename N::datagram_socket>;  // towards targets of any kind
    { net.receive_from(socket, buffer, address) } -> std::same_as<std::optional<std::size_t>>;
    { net.receive_from(socket, buffer, address, watcher) } -> std::same_as<std::optional<std::size_t>>;
    { socket.has_more() } -> std::same_as<bool>;                   // then receive_from() does not wait
    { net.send_to(socket, data, address) } -> std::same_as<bool>;  // false: it cannot go, and is lost
    net.flush(socket);                                             // only now all datagrams must have gone

    // Waiting for two things at once: each function is given the network by which it has to wait.
    net.both([](N&) {}, [](N&) {});

    // An alarm calls a function when its time has come, and then ten times a second until it is destroyed.
    {
        net.alarm_at(when, [] {})
        } -> std::same_as<typename N::alarm>;
    alarm.postpone(when);  // not before then; cheap enough for every octet
    alarm.ring();          // now, and no postponing any more
    { alarm.rang() } -> std::same_as<bool>;
    { net.stopping() } -> std::same_as<bool>;  // the server stops: every alarm rings
    net.pause(std::chrono::milliseconds(n));
};

}  // namespace session
