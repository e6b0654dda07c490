// A SOCKS5 server in one file: RFC 1928 and RFC 1929.
//
//     g++ -std=c++20 -o proxy proxy.cpp -lboost_thread
//     ./proxy [PORT [NAME PASSWORD]]
#include <utility>  // Boost.Asio 1.74 needs it, and forgets to say so
#include <boost/asio.hpp>
#include <boost/thread.hpp>
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <future>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace asio = boost::asio;
using asio::ip::tcp;
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

bytes whole(auto const& message) {
    bytes all;
    message.send([&](bytes const& more) { all.insert(all.end(), more.begin(), more.end()); });
    return all;
}

// ---- The client's connection

template <class Message>
Message receive(tcp::socket& client) {
    return Message::receive([&](std::size_t n) {
        bytes b(n);
        asio::read(client, asio::buffer(b));
        return b;
    });
}

void send(tcp::socket& client, auto const& message) {
    asio::write(client, asio::buffer(whole(message)));
}

void shut(tcp::socket& socket, tcp::socket::shutdown_type how) {
    error_code ignored;  // the connection may have ended by itself
    socket.shutdown(how, ignored);
}

// Calls wake() when its time is up, unless the block that it stands in has ended before.
class time_limit {
public:
    time_limit(std::chrono::seconds time, std::function<void()> wake)
        : thread([this, time, wake] {
              auto const waited = done.get_future().wait_for(time);
              if (waited == std::future_status::timeout) wake();
          }) {}

    ~time_limit() {
        done.set_value();
        thread.join();
    }

private:
    std::promise<void> done;
    boost::thread thread;
};

// Reads until the client ends the connection, too. Whoever closes while there is something to
// read sends a reset, and a reset may take our last message with it.
void hang_up(tcp::socket& client) {
    time_limit const limit(1s, [&] { shut(client, tcp::socket::shutdown_both); });
    shut(client, tcp::socket::shutdown_send);
    std::array<char, 4096> ignored;
    error_code end;
    while (!end) client.read_some(asio::buffer(ignored), end);
}

// ---- Two pumps

// Passes on what comes, until an end or an error; returns which.
error_code pump(tcp::socket& from, tcp::socket& to) {
    std::array<char, 65536> buffer;
    error_code end;
    while (!end) {
        auto const n = from.read_some(asio::buffer(buffer), end);
        if (!end) asio::write(to, asio::buffer(buffer, n), end);
    }
    return end;
}

// By hand, for Asio's destructor closes in good order, whatever linger says.
void close_with_reset(tcp::socket& socket) {
    error_code ignored;
    socket.set_option(tcp::socket::linger(true, 0), ignored);
    socket.close(ignored);
}

void relay(tcp::socket& client, tcp::socket& target) {
    for (auto* socket : {&client, &target}) {
        socket->set_option(tcp::no_delay(true));
        socket->set_option(tcp::socket::keep_alive(true));
    }
    std::atomic<bool> ended = false, broken = false;
    auto const one_way = [&](tcp::socket& from, tcp::socket& to) {
        auto end = pump(from, to);
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
    boost::thread up([&] { one_way(client, target); });
    one_way(target, client);
    up.join();
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

std::vector<tcp::endpoint> look_up(address const& dst) {
    if (dst.type != atyp::domainname) return {{dst.ip, dst.port}};
    // The C library would end the name at a zero byte, and look up another one.
    bool const is_name = !dst.name.empty() && dst.name.find('\0') == std::string::npos;
    if (!is_name) throw refused(rep::host_unreachable);
    error_code error;
    auto const found = tcp::resolver(io).resolve(dst.name, std::to_string(dst.port), error);
    if (error) throw refused(to_rep(error));
    return {found.begin(), found.end()};
}

tcp::socket reach(address const& dst) {
    error_code error;
    for (auto const& endpoint : look_up(dst)) {
        tcp::socket target(io);
        {
            time_limit const limit(10s, [&] { shut(target, tcp::socket::shutdown_both); });
            target.connect(endpoint, error);
        }
        if (!error) return target;
    }
    throw refused(to_rep(error));
}

void connect(tcp::socket& client, address const& dst) {
    auto target = reach(dst);
    send(client, reply{rep::succeeded, address::of(target.local_endpoint())});
    relay(client, target);
}

// ---- A client, from the greeting to the end

// No request: the client has been turned away.
std::optional<request> handshake(tcp::socket& client) {
    time_limit const limit(10s, [&] { shut(client, tcp::socket::shutdown_both); });
    auto const wanted = user_name.empty() ? method::none_needed : method::username_password;
    bool const offered = receive<greeting>(client).offers(wanted);
    send(client, method_selection{offered ? wanted : method::none_acceptable});
    if (!offered) return {};
    if (wanted == method::username_password) {
        auto const [name, password] = receive<login>(client);
        bool const welcome = name == user_name && password == user_password;
        send(client, login_status{welcome});
        if (!welcome) return {};
    }
    return receive<request>(client);
}

void carry_out(tcp::socket& client, request const& wanted) {
    if (wanted.command != cmd::connect) throw refused(rep::command_not_supported);
    connect(client, wanted.dst);
}

void serve(tcp::socket& client) {
    try {
        auto const wanted = handshake(client);
        if (wanted) carry_out(client, *wanted);
    } catch (refused const& refusal) {
        send(client, reply{refusal.result});
    }
    hang_up(client);
}

// ---- The server

void handle(tcp::socket& client) {
    try {
        serve(client);
    } catch (std::exception const& e) {
        std::cerr << e.what() << '\n';  // that ends this client, and no other
    }
}

void listen(std::uint16_t port) {
    tcp::acceptor listener(io, {asio::ip::address_v4::loopback(), port});
    std::cout << "listening on " << listener.local_endpoint() << std::endl;
    for (;;) {
        try {
            auto client = listener.accept();
            boost::thread([client = std::move(client)]() mutable { handle(client); }).detach();
        } catch (std::exception const& e) {  // no more sockets or threads for the moment
            std::cerr << e.what() << '\n';
            std::this_thread::sleep_for(100ms);
        }
    }
}

int main(int argc, char* argv[]) {
    if (argc > 3) {
        user_name = argv[2];
        user_password = argv[3];
    }
    asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([](error_code, int) { std::_Exit(0); });
    boost::thread([] { io.run(); }).detach();
    try {
        listen(std::uint16_t(argc > 1 ? std::atoi(argv[1]) : 10800));
    } catch (std::exception const& e) {
        std::cerr << e.what() << '\n';
        std::_Exit(1);
    }
}
