#include "socks5spec/client.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <thread>

namespace spec {

namespace {

tcp::socket connected(std::optional<asio::ip::address> const& from) {
    current().filter = "tcp.port == " + std::to_string(server().port());
    if (auto socket = try_to_connect(server(), in_time(), from)) return std::move(*socket);
    fail("that the server accepts a connection", "no connection to " + to_string(to_address(server())),
         "The server is so busy with others that it takes no more connections, or it hangs.");
}

}  // namespace

tcp::endpoint server() {
    static auto const endpoint = [] {
        error_code error;
        tcp::resolver resolver(io());
        auto const found = resolver.resolve(given().host, given().port, error);
        if (error) throw usage_error("--server " + given().host + ": " + error.message());
        return found.begin()->endpoint();
    }();
    return endpoint;
}

client::client(std::optional<asio::ip::address> const& from) : connection(connected(from), "client") {
    tell("connects, " + to_string(local()) + " -> " + to_string(remote()));
    current().filter = "tcp.port == " + std::to_string(local().port);
}

void client::send(std::vector<message> const& messages) {
    octets segment;
    std::string joined;
    for (auto const& m : messages) {
        current().story.push_back({"client -> server  " + m.title + joined, m.fields});
        segment = segment + m.whole();
        joined = ", in the same segment";
    }
    tell_if_closed(try_to_write(segment), segment.size());
}

void client::send_octetwise(message const& m) {
    current().story.push_back({"client -> server  " + m.title + ", octet by octet", m.fields});
    auto const all = m.whole();
    std::chrono::milliseconds patience = 1s;
    for (std::size_t sent = 0; sent < all.size(); ++sent) {
        if (try_to_write({all[sent]}) == 0) {
            current().story.back().fields = m.cut(sent).fields;
            return tell_if_closed(sent, all.size());
        }
        // An octet that is still unread when the next one comes is read with it, and a server that takes what one
        // recv() delivers for a whole message is not found. Where nobody can tell, longer than a thread waits for its
        // turn.
        auto const taken = wait_until_taken(patience);
        if (!taken) std::this_thread::sleep_for(20ms);
        // A server may well leave octets unread until there are enough (MSG_PEEK, SO_RCVLOWAT). Do not wait as long for
        // each of them.
        if (taken == false) patience = 50ms;
    }
}

octet usual_method() { return given().user ? 2 : 0; }

std::vector<message> opening() {
    std::vector messages{greeting({usual_method()})};
    if (given().user) messages.push_back(login(given().user->name, given().user->password));
    return messages;
}

void client::greet() {
    auto const messages = opening();
    send(messages.front());
    receive_selection();
    expect("METHOD", {usual_method()}, {{0xff, "The server finds no method that it likes among those offered."}});
    if (messages.size() == 1) return;
    send(messages.back());
    receive_status();
    expect("STATUS", {0}, {{1, "The server does not know the user of --user, or compares wrongly."}});
}

reply client::connect_to(address const& dst) {
    greet();
    stands_on(plain::connect);
    send(request(connect, dst));
    auto const came = receive_reply_for(dst);
    expect("REP", {0}, {{2, "The server must be allowed to connect to 127.0.0.1 and [::1] while it is tested."}});
    return came;
}

void client::expect_hang_up() { expect_end(10s); }

}  // namespace spec
