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

    auto const request = read(10);  // VER, CMD, RSV, ATYP, DST.ADDR, DST.PORT
    asio::ip::address_v4 const ip({request[4], request[5], request[6], request[7]});
    auto const port = std::uint16_t(request[8] << 8 | request[9]);
    tcp::socket target(io);
    target.connect({ip, port});
    write({5, 0, 0, 1, 0, 0, 0, 0, 0, 0});  // VER, REP, RSV, ATYP, BND.ADDR, BND.PORT
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
