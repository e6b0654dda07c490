// A SOCKS5 server in one file: RFC 1928 and RFC 1929.
//
//     g++ -std=c++20 -o proxy proxy.cpp -lboost_thread
//     ./proxy [PORT [NAME PASSWORD]]
#include <utility>  // Boost.Asio 1.74 needs it, and forgets to say so
#include <boost/asio.hpp>
#include <boost/thread.hpp>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

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
            throw std::runtime_error("an unknown type of address");
        }
        auto const [high, low] = take<2>(read);
        a.port = std::uint16_t(high << 8 | low);
        return a;
    }
};

// For now: one question, and all of its answer.
void relay(tcp::socket& client, tcp::socket& target) {
    std::array<byte, 4096> buffer;
    auto n = client.read_some(asio::buffer(buffer));
    asio::write(target, asio::buffer(buffer, n));
    error_code end;
    while (!end) {
        n = target.read_some(asio::buffer(buffer), end);
        asio::write(client, asio::buffer(buffer, n));
    }
}

// ---- CONNECT

std::vector<tcp::endpoint> look_up(address const& dst) {
    if (dst.type != atyp::domainname) return {{dst.ip, dst.port}};
    // The C library would end the name at a zero byte, and look up another one.
    bool const is_name = !dst.name.empty() && dst.name.find('\0') == std::string::npos;
    if (!is_name) throw std::runtime_error("this is not a name");
    auto const found = tcp::resolver(io).resolve(dst.name, std::to_string(dst.port));
    return {found.begin(), found.end()};
}

tcp::socket reach(address const& dst) {
    tcp::socket target(io);
    target.connect(look_up(dst).front());
    return target;
}

// ---- A client, from the greeting to the end

void serve(tcp::socket& client) {
    auto const read = [&](std::size_t n) {
        bytes b(n);
        asio::read(client, asio::buffer(b));
        return b;
    };
    auto const write = [&](bytes const& b) { asio::write(client, asio::buffer(b)); };

    auto const wanted = user_name.empty() ? method::none_needed : method::username_password;
    bool const offered = greeting::receive(read).offers(wanted);
    method_selection{offered ? wanted : method::none_acceptable}.send(write);
    if (!offered) return;
    if (wanted == method::username_password) {
        auto const [name, password] = login::receive(read);
        bool const welcome = name == user_name && password == user_password;
        login_status{welcome}.send(write);
        if (!welcome) return;
    }

    tcp::socket target(io);
    try {
        read(3);  // VER, CMD, RSV
        target = reach(address::receive(read));
    } catch (std::exception const& e) {
        std::cerr << e.what() << '\n';
        return write({5, 1, 0, 1, 0, 0, 0, 0, 0, 0});  // for now: something has failed
    }
    write({5, 0, 0, 1, 0, 0, 0, 0, 0, 0});
    relay(client, target);
}

// ---- The server

void handle(tcp::socket& client) {
    try {
        serve(client);
    } catch (std::exception const& e) {
        std::cerr << e.what() << '\n';  // that ends this client, and no other
    }
}

int main(int argc, char* argv[]) {
    if (argc > 3) {
        user_name = argv[2];
        user_password = argv[3];
    }
    auto const port = std::uint16_t(argc > 1 ? std::atoi(argv[1]) : 10800);
    tcp::acceptor listener(io, {asio::ip::address_v4::loopback(), port});
    std::cout << "listening on " << listener.local_endpoint() << std::endl;
    for (;;) {
        auto client = listener.accept();
        boost::thread([client = std::move(client)]() mutable { handle(client); }).detach();
    }
}
