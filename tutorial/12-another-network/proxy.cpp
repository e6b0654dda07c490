// A SOCKS5 server in one file, with a coroutine for each client: RFC 1928 and RFC 1929.
//
//     g++ -std=c++20 -o proxy proxy.cpp -lboost_coroutine -lboost_context
//     ./proxy [PORT [NAME PASSWORD]]
#define BOOST_ALLOW_DEPRECATED_HEADERS  // Boost.Coroutine is old, and says so
#define BOOST_COROUTINES_NO_DEPRECATION_WARNING
#include <utility>  // Boost.Asio 1.74 needs it, and forgets to say so
#include <boost/asio.hpp>
#include <boost/asio/spawn.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace asio = boost::asio;
using asio::yield_context;
using asio::ip::tcp;
using asio::ip::udp;
using boost::system::error_code;
using namespace std::chrono_literals;

using byte = std::uint8_t;  // an octet, as the RFCs say
using bytes = std::vector<byte>;

asio::io_context io;
std::string user_name, user_password;  // without a name everybody may come in

// ---- The messages. They know no sockets: read(n) returns n bytes, write({...}) takes some.

// The next N bytes, to be named at once: auto const [ver, nmethods] = take<2>(read);
template <std::size_t N>
std::array<byte, N> take(auto read) {
    std::array<byte, N> taken;
    std::ranges::copy(read(N), taken.begin());
    return taken;
}

std::string text(bytes const& letters) { return {letters.begin(), letters.end()}; }

enum class method : byte { none_needed = 0, username_password = 2, none_acceptable = 0xff };

struct greeting {  // VER, NMETHODS, METHODS
    bytes methods;

    static greeting receive(auto read) {
        auto const [ver, nmethods] = take<2>(read);
        if (ver != 5) throw std::runtime_error("this is not SOCKS5");
        return {read(nmethods)};
    }

    bool offers(method wanted) const { return std::ranges::count(methods, byte(wanted)) > 0; }
};

struct method_selection {  // VER, METHOD
    method selected;

    void send(auto write) const { write({5, byte(selected)}); }
};

struct login {  // VER, ULEN, UNAME, PLEN, PASSWD
    std::string name, password;

    static login receive(auto read) {
        auto const [ver, ulen] = take<2>(read);
        if (ver != 1) return {};  // nobody
        auto const name = text(read(ulen));
        auto const [plen] = take<1>(read);
        return {name, text(read(plen))};
    }
};

struct login_status {  // VER, STATUS
    bool success;

    void send(auto write) const { write({1, byte(success ? 0 : 1)}); }
};

enum class rep : byte {
    succeeded = 0,
    general_failure = 1,
    not_allowed = 2,
    network_unreachable = 3,
    host_unreachable = 4,
    connection_refused = 5,
    command_not_supported = 7,
    address_type_not_supported = 8
};

struct refused : std::exception {  // a request that cannot be served, and what to answer
    explicit refused(rep r) : result(r) {}
    rep result;
};

enum class atyp : byte { ipv4 = 1, domainname = 3, ipv6 = 4 };

struct address {  // ATYP, ADDR, PORT
    atyp type = atyp::ipv4;
    asio::ip::address ip = asio::ip::address_v4();
    std::string name;  // of the type domainname
    std::uint16_t port = 0;

    static address receive(auto read) {
        address a;
        a.type = atyp(take<1>(read)[0]);
        if (a.type == atyp::ipv4) {
            a.ip = asio::ip::address_v4(take<4>(read));
        } else if (a.type == atyp::domainname) {
            auto const [length] = take<1>(read);
            a.name = text(read(length));
        } else if (a.type == atyp::ipv6) {
            a.ip = asio::ip::address_v6(take<16>(read));
        } else {
            throw refused(rep::address_type_not_supported);  // nobody knows how long it is
        }
        auto const [high, low] = take<2>(read);
        a.port = std::uint16_t(high << 8 | low);
        return a;
    }

    static address of(auto const& endpoint) {
        auto const ip = endpoint.address();
        return {ip.is_v4() ? atyp::ipv4 : atyp::ipv6, ip, "", endpoint.port()};
    }

    void send(auto write) const {  // an ip: a server has no names to tell
        auto const all = [&](auto const& a) { write(bytes(a.begin(), a.end())); };
        write({byte(type)});
        if (ip.is_v4()) all(ip.to_v4().to_bytes());
        if (ip.is_v6()) all(ip.to_v6().to_bytes());
        write({byte(port >> 8), byte(port)});
    }
};

enum class cmd : byte { connect = 1, bind = 2, udp_associate = 3 };

struct request {  // VER, CMD, RSV, DST
    cmd command;
    address dst;

    static request receive(auto read) {
        auto const [ver, command, rsv] = take<3>(read);
        if (ver != 5) throw std::runtime_error("this is not a request of SOCKS5");
        return {cmd(command), address::receive(read)};
    }
};

struct reply {  // VER, REP, RSV, BND
    rep result;
    address bnd = {};

    void send(auto write) const {
        write({5, byte(result), 0});
        bnd.send(write);
    }
};

struct udp_header {  // RSV, RSV, FRAG, DST; the data follow
    byte frag;
    address dst;

    static udp_header receive(auto read) {
        auto const [rsv, rsv_too, frag] = take<3>(read);
        return {frag, address::receive(read)};
    }

    void send(auto write) const {
        write({0, 0, frag});
        dst.send(write);
    }
};

bytes whole(auto const& message) {
    bytes all;
    message.send([&](bytes const& more) { all.insert(all.end(), more.begin(), more.end()); });
    return all;
}

// ---- The client's connection

template <class Message>
Message receive(tcp::socket& client, yield_context yield) {
    return Message::receive([&](std::size_t n) {
        bytes b(n);
        asio::async_read(client, asio::buffer(b), yield);
        return b;
    });
}

void send(tcp::socket& client, auto const& message, yield_context yield) {
    auto const octets = whole(message);
    asio::async_write(client, asio::buffer(octets), yield);
}

void shut(tcp::socket& socket, tcp::socket::shutdown_type how) {
    error_code ignored;  // the connection may have ended by itself
    socket.shutdown(how, ignored);
}

// Calls wake() when its time is up, unless the block that it stands in has ended before.
class time_limit {
public:
    time_limit(std::chrono::seconds time, std::function<void()> wake) : timer(io, time) {
        timer.async_wait([wake, still = std::weak_ptr(here)](error_code) {
            if (still.lock()) wake();
        });
    }

private:
    std::shared_ptr<bool> here = std::make_shared<bool>();  // gone when the block has ended
    asio::steady_timer timer;
};

// One that can be waited for.
class coroutine {
public:
    explicit coroutine(std::function<void(yield_context)> f) {
        asio::spawn(io, [this, f](yield_context yield) {
            f(yield);
            ended = true;
            end.cancel();
        });
    }

    void join(yield_context yield) {
        error_code ignored;
        if (!ended) end.async_wait(yield[ignored]);
    }

private:
    bool ended = false;
    asio::steady_timer end{io, asio::steady_timer::time_point::max()};
};

// Reads until the client ends the connection, too. Whoever closes while there is something to
// read sends a reset, and a reset may take our last message with it.
void hang_up(tcp::socket& client, yield_context yield) {
    time_limit const limit(1s, [&] { shut(client, tcp::socket::shutdown_both); });
    shut(client, tcp::socket::shutdown_send);
    std::array<char, 4096> ignored;
    error_code end;
    while (!end) client.async_read_some(asio::buffer(ignored), yield[end]);
}

// ---- Two pumps

// Passes on what comes, until an end or an error; returns which.
error_code pump(tcp::socket& from, tcp::socket& to, yield_context yield) {
    bytes buffer(65536);  // not on the stack, for a coroutine has a small one
    error_code end;
    while (!end) {
        auto const n = from.async_read_some(asio::buffer(buffer), yield[end]);
        if (!end) asio::async_write(to, asio::buffer(buffer, n), yield[end]);
    }
    return end;
}

// By hand, for Asio's destructor closes in good order, whatever linger says.
void close_with_reset(tcp::socket& socket) {
    error_code ignored;
    socket.set_option(tcp::socket::linger(true, 0), ignored);
    socket.close(ignored);
}

void relay(tcp::socket& client, tcp::socket& target, yield_context yield) {
    for (auto* socket : {&client, &target}) {
        socket->set_option(tcp::no_delay(true));
        socket->set_option(tcp::socket::keep_alive(true));
    }
    bool ended = false, broken = false;
    auto const one_way = [&](tcp::socket& from, tcp::socket& to, yield_context own) {
        auto end = pump(from, to, own);
        if (broken) return;
        // The system tells a reset once. If it has told the other pump, this one has seen an
        // end, of a connection that has no remote endpoint any more. (Nor has it one after both
        // ends. Therefore `ended` is set before an end is passed on, and looked at last.)
        error_code lost;
        from.remote_endpoint(lost);
        if (lost && !ended) end = lost;
        if (end == asio::error::eof) {
            ended = true;
            return shut(to, tcp::socket::shutdown_send);
        }
        broken = true;
        shut(from, tcp::socket::shutdown_receive);  // wakes the other pump, and tells the
        shut(to, tcp::socket::shutdown_receive);    // peers nothing yet
    };
    coroutine up([&](yield_context own) { one_way(client, target, own); });
    one_way(target, client, yield);
    up.join(yield);
    if (!broken) return;
    close_with_reset(client);
    close_with_reset(target);
}

// ---- CONNECT

rep to_rep(error_code const& error) {
    namespace e = asio::error;
    if (error == e::connection_refused) return rep::connection_refused;
    if (error == e::network_unreachable) return rep::network_unreachable;
    if (error == e::address_family_not_supported) return rep::network_unreachable;
    if (error == e::host_unreachable || error == e::timed_out) return rep::host_unreachable;
    if (error == e::connection_reset) return rep::host_unreachable;  // by a time_limit
    if (error.category() == e::get_netdb_category()) return rep::host_unreachable;  // a name
    if (error == e::access_denied || error == e::no_permission) return rep::not_allowed;
    return rep::general_failure;
}

std::vector<tcp::endpoint> look_up(address const& dst, yield_context yield) {
    if (dst.type != atyp::domainname) return {{dst.ip, dst.port}};
    // The C library would end the name at a zero byte, and look up another one.
    bool const is_name = !dst.name.empty() && dst.name.find('\0') == std::string::npos;
    if (!is_name) throw refused(rep::host_unreachable);
    error_code error;
    tcp::resolver resolver(io);
    auto const found = resolver.async_resolve(dst.name, std::to_string(dst.port), yield[error]);
    if (error) throw refused(to_rep(error));
    return {found.begin(), found.end()};
}

tcp::socket reach(address const& dst, yield_context yield) {
    error_code error;
    for (auto const& endpoint : look_up(dst, yield)) {
        tcp::socket target(io);
        {
            time_limit const limit(10s, [&] { shut(target, tcp::socket::shutdown_both); });
            target.async_connect(endpoint, yield[error]);
        }
        if (!error) return target;
    }
    throw refused(to_rep(error));
}

void connect(tcp::socket& client, address const& dst, yield_context yield) {
    auto target = reach(dst, yield);
    send(client, reply{rep::succeeded, address::of(target.local_endpoint())}, yield);
    relay(client, target, yield);
}

// ---- BIND

// Our address on the way to the peer. This socket sends nothing, but the system has to choose.
asio::ip::address own_address(tcp::socket& client, asio::ip::address const& peer) {
    if (peer.is_unspecified()) return client.local_endpoint().address();
    udp::socket scout(io);
    error_code error;
    scout.connect({peer, 9}, error);
    if (error) throw refused(to_rep(error));
    return scout.local_endpoint().address();
}

bool has_left(tcp::socket& client) {
    error_code error;
    char next;
    client.non_blocking(true);
    client.receive(asio::buffer(&next, 1), tcp::socket::message_peek, error);
    client.non_blocking(false);
    return error && error != asio::error::would_block;
}

bool is_welcome(asio::ip::address const& who, std::vector<tcp::endpoint> const& expected) {
    return std::ranges::any_of(expected, [&](tcp::endpoint const& e) {
        return e.address().is_unspecified() || e.address() == who;
    });
}

tcp::socket accept_peer(tcp::acceptor& listener, std::vector<tcp::endpoint> const& expected,
                        tcp::socket& client, yield_context yield) {
    time_limit const limit(60s, [&] { listener.close(); });
    bool left = false;
    coroutine watch([&](yield_context own) {
        error_code stopped;
        client.async_wait(tcp::socket::wait_read, own[stopped]);
        left = !stopped && has_left(client);
        if (left) listener.close();
    });
    error_code error;
    tcp::endpoint who;
    tcp::socket peer(io);
    do {
        peer = tcp::socket(io);
        listener.async_accept(peer, who, yield[error]);
    } while (!error && !is_welcome(who.address(), expected));
    client.cancel();
    watch.join(yield);
    if (left) throw std::runtime_error("the client did not wait for its peer");
    if (error) throw refused(rep::host_unreachable);
    return peer;
}

void bind(tcp::socket& client, address const& dst, yield_context yield) {
    auto const expected = look_up(dst, yield);
    tcp::acceptor listener(io, {own_address(client, expected[0].address()), 0});
    send(client, reply{rep::succeeded, address::of(listener.local_endpoint())}, yield);
    auto peer = accept_peer(listener, expected, client, yield);
    listener.close();
    send(client, reply{rep::succeeded, address::of(peer.remote_endpoint())}, yield);
    relay(client, peer, yield);
}

// ---- UDP ASSOCIATE

// One socket for both families: there 127.0.0.1 is ::ffff:127.0.0.1.
udp::endpoint mapped(asio::ip::address const& ip, std::uint16_t port) {
    if (ip.is_v6()) return {ip, port};
    return {asio::ip::make_address_v6(asio::ip::v4_mapped, ip.to_v4()), port};
}

udp::endpoint unmapped(udp::endpoint const& e) {
    auto const ip = e.address().to_v6();
    if (!ip.is_v4_mapped()) return e;
    return {asio::ip::make_address_v4(asio::ip::v4_mapped, ip), e.port()};
}

class udp_relay {
public:
    udp_relay(asio::ip::address const& client_ip, std::uint16_t client_port)
        : socket(io, udp::v6()), client(mapped(client_ip, client_port)) {
        socket.set_option(asio::ip::v6_only(false));
        socket.bind({udp::v6(), 0});
    }

    std::uint16_t port() const { return socket.local_endpoint().port(); }

    void run(yield_context yield) {
        bytes datagram(65536);
        while (socket.is_open()) {
            udp::endpoint sender;
            error_code error;
            auto const buffer = asio::buffer(datagram);
            auto const n = socket.async_receive_from(buffer, sender, yield[error]);
            if (error) continue;
            try {
                pass_on(asio::buffer(datagram, n), sender, yield);
            } catch (std::exception const&) {  // this one is lost, as any datagram may be
            }
        }
    }

    void end() { socket.close(); }

private:
    void pass_on(asio::const_buffer datagram, udp::endpoint const& sender,
                 yield_context yield) {
        if (client.port() == 0 && client.address() == sender.address()) client = sender;
        if (sender == client) return to_target(datagram, yield);
        if (targets.contains(sender)) to_client(datagram, sender, yield);
    }

    void to_target(asio::const_buffer datagram, yield_context yield) {
        auto const header = udp_header::receive([&](std::size_t n) {
            if (datagram.size() < n) throw std::runtime_error("too short");
            bytes b(n);
            asio::buffer_copy(asio::buffer(b), datagram);
            datagram += n;
            return b;
        });
        if (header.frag != 0) return;
        auto found = look_up(header.dst, yield);
        std::ranges::sort(found);  // IPv4 first: few targets have IPv6 alone
        auto const target = mapped(found[0].address(), found[0].port());
        if (targets.size() == 1000) targets.clear();
        targets.insert(target);
        socket.async_send_to(datagram, target, yield);
    }

    void to_client(asio::const_buffer datagram, udp::endpoint const& sender,
                   yield_context yield) {
        auto const header = whole(udp_header{0, address::of(unmapped(sender))});
        std::array const parts{asio::const_buffer(asio::buffer(header)), datagram};
        socket.async_send_to(parts, client, yield);
    }

    udp::socket socket;
    udp::endpoint client;             // port 0: not known before it has sent
    std::set<udp::endpoint> targets;  // they may answer
};

void udp_associate(tcp::socket& client, address const& dst, yield_context yield) {
    udp_relay datagrams(client.remote_endpoint().address(), dst.port);
    tcp::endpoint const here(client.local_endpoint().address(), datagrams.port());
    send(client, reply{rep::succeeded, address::of(here)}, yield);
    client.set_option(tcp::socket::keep_alive(true));
    coroutine datagram_loop([&](yield_context own) { datagrams.run(own); });
    std::array<char, 4096> ignored;
    error_code end;
    while (!end) client.async_read_some(asio::buffer(ignored), yield[end]);
    datagrams.end();
    datagram_loop.join(yield);
}

// ---- A client, from the greeting to the end

// No request: the client has been turned away.
std::optional<request> handshake(tcp::socket& client, yield_context yield) {
    time_limit const limit(10s, [&] { shut(client, tcp::socket::shutdown_both); });
    auto const wanted = user_name.empty() ? method::none_needed : method::username_password;
    bool const offered = receive<greeting>(client, yield).offers(wanted);
    send(client, method_selection{offered ? wanted : method::none_acceptable}, yield);
    if (!offered) return {};
    if (wanted == method::username_password) {
        auto const [name, password] = receive<login>(client, yield);
        bool const welcome = name == user_name && password == user_password;
        send(client, login_status{welcome}, yield);
        if (!welcome) return {};
    }
    return receive<request>(client, yield);
}

void carry_out(tcp::socket& client, request const& wanted, yield_context yield) {
    switch (wanted.command) {
        case cmd::connect: return connect(client, wanted.dst, yield);
        case cmd::bind: return bind(client, wanted.dst, yield);
        case cmd::udp_associate: return udp_associate(client, wanted.dst, yield);
    }
    throw refused(rep::command_not_supported);
}

void serve(tcp::socket& client, yield_context yield) {
    std::optional<rep> failure;  // not answered in the catch: no coroutine may wait in there
    try {
        auto const wanted = handshake(client, yield);
        if (wanted) carry_out(client, *wanted, yield);
    } catch (refused const& refusal) {
        failure = refusal.result;
    }
    if (failure) send(client, reply{*failure}, yield);
    hang_up(client, yield);
}

// ---- The server

void handle(tcp::socket& client, yield_context yield) {
    try {
        serve(client, yield);
    } catch (std::exception const& e) {
        std::cerr << e.what() << '\n';  // that ends this client, and no other
    }
}

void listen(std::uint16_t port, yield_context yield) {
    tcp::acceptor listener(io, {asio::ip::address_v4::loopback(), port});
    std::cout << "listening on " << listener.local_endpoint() << std::endl;
    for (;;) {
        error_code error;
        tcp::socket client(io);
        listener.async_accept(client, yield[error]);
        if (error) {  // no more sockets for the moment
            std::cerr << error.message() << '\n';
            asio::steady_timer(io, 100ms).async_wait(yield[error]);
            continue;
        }
        asio::spawn(io, [client = std::move(client)](yield_context own) mutable {
            handle(client, own);
        });
    }
}

int main(int argc, char* argv[]) {
    if (argc > 3) {
        user_name = argv[2];
        user_password = argv[3];
    }
    asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([](error_code, int) { std::_Exit(0); });
    auto const port = std::uint16_t(argc > 1 ? std::atoi(argv[1]) : 10800);
    asio::spawn(io, [port](yield_context yield) { listen(port, yield); });
    try {
        io.run();
    } catch (std::exception const& e) {
        std::cerr << e.what() << '\n';
        std::_Exit(1);
    }
}
