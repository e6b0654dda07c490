// A SOCKS5 server in one file: RFC 1928.
//
//     g++ -std=c++20 -o proxy proxy.cpp -lboost_thread
//     ./proxy [PORT]
#include <utility>  // Boost.Asio 1.74 needs it, and forgets to say so
#include <boost/asio.hpp>
#include <boost/thread.hpp>
#include <array>
#include <cstdlib>
#include <iostream>
#include <vector>

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

using byte = std::uint8_t;  // an octet, as the RFCs say
using bytes = std::vector<byte>;

asio::io_context io;

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

void serve(tcp::socket& client) {
    std::array<byte, 4096> buffer;
    client.read_some(asio::buffer(buffer));          // the greeting
    asio::write(client, asio::buffer(bytes{5, 0}));  // no login needed

    client.read_some(asio::buffer(buffer));  // the request
    asio::ip::address_v4 const ip({buffer[4], buffer[5], buffer[6], buffer[7]});
    auto const port = std::uint16_t(buffer[8] << 8 | buffer[9]);
    tcp::socket target(io);
    target.connect({ip, port});
    asio::write(client, asio::buffer(bytes{5, 0, 0, 1, 0, 0, 0, 0, 0, 0}));  // connected
    relay(client, target);
}

void handle(tcp::socket& client) {
    try {
        serve(client);
    } catch (std::exception const& e) {
        std::cerr << e.what() << '\n';  // that ends this client, and no other
    }
}

int main(int argc, char* argv[]) {
    auto const port = std::uint16_t(argc > 1 ? std::atoi(argv[1]) : 10800);
    tcp::acceptor listener(io, {asio::ip::address_v4::loopback(), port});
    std::cout << "listening on " << listener.local_endpoint() << std::endl;
    for (;;) {
        auto client = listener.accept();
        boost::thread([client = std::move(client)]() mutable { handle(client); }).detach();
    }
}
