/// The first two messages.
#include "socks5spec/clause.hpp"

namespace spec {

TEST_SUITE_BEGIN("04 greeting");

namespace {

constexpr auto stays_open = "Close the connection after 05 FF; give the client a second or so to close first.";

constexpr auto closes_without_a_word =
    "The server closes without a word. The client should learn why: answer 05 FF, and then close.";

octet const other_method = 0x80;  // "reserved for private methods"

/// The client has offered nothing that the server can use.
void expect_no_method(client& c, std::string const& of_silence = closes_without_a_word) {
    suspect(of_silence);
    c.receive_selection();
    c.expect("METHOD", {0xff},
             {{0, "The server answers 00 without looking at the list: that method was not offered."},
              {2, "The server answers 02 without looking at the list: that method was not offered."},
              {other_method, "Method 80 is private. The server has selected what it cannot know."}});
}

/// The greeting offers the usual method among others.
void expect_usual_method(octets const& methods) {
    client c;
    c.send(greeting(methods));
    c.receive_selection();
    c.expect("METHOD", {usual_method()},
             {{0xff, "The server has looked only at some of the methods: the first one, or fewer than NMETHODS."}});
}

octets all_but_usual(std::size_t n) {
    octets methods;
    for (std::size_t i = 0; i < n; ++i) methods.push_back(static_cast<octet>(0x80 + i % 0x7f));
    return methods;
}

}  // namespace

CLAUSE("1928-3", MUST, "one method offered",
       "The server selects one of the methods in the client's greeting, and answers with VER 05 and that METHOD.") {
    client c;
    c.send(greeting({usual_method()}));
    c.receive_selection();
    c.expect("METHOD", {usual_method()});
}

CLAUSE("1928-3", MUST, "the method that fits is the last of 255",
       "NMETHODS is the number of octets in METHODS, 1 to 255; the server reads them all.") {
    suspect("Read NMETHODS, then exactly as many octets. Is NMETHODS kept in a signed char, or the buffer too small?");
    expect_usual_method(all_but_usual(254) + octets{usual_method()});
}

CLAUSE("1928-3", MUST, "the method that fits is the first of three",
       "The server selects from the methods offered; their order is of no importance.") {
    suspect("Read NMETHODS, then exactly as many octets.");
    expect_usual_method({usual_method(), other_method, 0x01});
}

CLAUSE("1928-3", MUST, "methods are not taken for the request",
       "METHODS has as many octets as NMETHODS says; what comes behind them is the next message.") {
    suspect("The server reads fewer methods than NMETHODS says, and takes the rest for the beginning of the request.");
    origin echo;
    client c;
    auto messages = opening();
    messages.front() = greeting(octets{usual_method(), other_method, 0x81});
    c.send(messages.front());
    c.receive_selection();
    c.expect("METHOD", {usual_method()});
    if (messages.size() > 1) {
        c.send(messages.back());
        c.receive_status();
        c.expect("STATUS", {0});
    }
    stands_on(plain::connect);
    c.send(request(connect, echo.where()));
    c.expect_reply({0});
}

CLAUSE("1928-3", MUST, "no method fits: FF",
       "If none of the offered methods will do, the server answers METHOD FF, and the client must close.") {
    client c;
    c.send(greeting({other_method}));
    expect_no_method(c);
}

CLAUSE("1928-3", MUST, "no method of 255 fits: FF",
       "If none of the offered methods will do, the server answers METHOD FF.") {
    client c;
    c.send(greeting(all_but_usual(255)));
    expect_no_method(c,
                     "A greeting of 257 octets is not read whole; see \"the last of 255\". If that passes: answer 05 "
                     "FF, then close.");
}

CLAUSE("1928-3", MUST, "after FF nothing is served",
       "After METHOD FF there is no more to say: the client must close. The server does not go on to a request.") {
    origin target;
    client c;
    c.send({greeting({other_method}), request(connect, target.where())});
    expect_no_method(c);
    suspect("After 05 FF the server goes on to read a request, and serves clients that it has just refused.");
    target.expect_nobody(a_moment);
    suspect(stays_open);
    c.expect_hang_up();
}

CLAUSE("1928-3", SENSE, "after FF the server does not wait for ever",
       "The client must close after METHOD FF. A client that does not should be closed, within ten seconds.") {
    client c;
    c.send(greeting({other_method}));
    expect_no_method(c);
    suspect(stays_open);
    c.expect_hang_up();
}

CLAUSE("1928-3", SENSE, "GSSAPI alone: 01 or FF",
       "RFC 1928 demands GSSAPI, and next to nobody has built it. A server without it says FF, as for any method.") {
    client c;
    suspect("The server closes without a word: say that no method fits, 05 FF.");
    c.send(greeting({0x01}));
    c.receive_selection();
    c.expect("METHOD", {0x01, 0xff}, {{0, "The server answers 00, which was not offered."}});
}

CLAUSE(
    "1928-3", SENSE, "NMETHODS 0",
    "A greeting with no method at all is outside of what the RFC draws (1 to 255). METHOD FF is the answer that fits; "
    "to close is fine, too; to wait for a method is not.") {
    suspect("With NMETHODS 0 there is no octet to wait for: no method fits.");
    client c;
    c.send(greeting({}));
    auto const came = c.read_some(2, in_time());
    if (came.what == arrival::data && came.octets != octets{5, 0xff})
        fail("05 FF, or the end", socks5::hex(came.octets), "The server selects a method that was not offered.");
    if (came.what == arrival::nothing) fail("05 FF, or the end", "nothing, in the time limit");
}

CLAUSE("1928-3", SENSE, "version 4 is turned away",
       "VER is 05. A server that speaks only SOCKS5 closes when anything else comes; it must not select a method.") {
    suspect("Compare the first octet with 05 before anything else.");
    client c;
    c.send({greeting({usual_method()}).with("VER", {4})});
    auto const came = c.read_some(2, clock::now() + 1s);
    if (came.what == arrival::data && came.octets.front() == 5 && came.octets != octets{5, 0xff})
        fail("the end of the connection", socks5::hex(came.octets));
    waiting().until(clock::now() + a_moment);
    client();  // the server is still there
}

CLAUSE(
    "1928-3", SENSE, "an HTTP request is turned away",
    "VER is 05. Whoever mistakes the port for an HTTP proxy is closed, and does not hang. (05 FF may be said first.)") {
    suspect("Compare the first octet with 05 before anything else, and close when it differs.");
    client c;
    c.send(payload(text("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")));
    if (auto const came = c.read_some(2, in_time()); came.octets == octets{5, 0xff})
        c.expect_end(10s);
    else if (came.what == arrival::data || came.what == arrival::nothing)
        fail("the end of the connection", in_words(came));
}

}  // namespace spec

TEST_SUITE_END();
