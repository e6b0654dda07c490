/// TCP is a stream of octets: messages come in any number of pieces, or several in one.
#include "socks5spec/clause.hpp"
#include "socks5spec/pieces.hpp"

namespace spec {

TEST_SUITE_BEGIN("03 a stream of octets");

namespace {

constexpr auto joined =
    "The server has read more than the one message that it wanted, and has lost what came behind it. Read exactly what "
    "the message needs, or keep the rest for the next one.";

}  // namespace

CLAUSE("9293-2.2", MUST, "the greeting comes octet by octet",
       "TCP delivers octets in order, and knows no messages. A message may come in any number of pieces.") {
    suspect(in_pieces);
    client c;
    c.send_octetwise(greeting({usual_method(), 0x80}));
    c.receive_selection();
    c.expect("METHOD", {usual_method()}, {{0xff, in_pieces}});
}

CLAUSE("9293-2.2", MUST, "a request with an IPv4 address comes octet by octet",
       "TCP delivers octets in order, and knows no messages. A message may come in any number of pieces.") {
    request_in_pieces(v4_loopback);
}

CLAUSE("9293-2.2", MUST, "greeting and request come in one segment",
       "TCP delivers octets in order, and knows no messages. One segment may hold several messages.") {
    suspect(joined);
    origin target;
    client c;
    auto messages = opening();
    messages.push_back(request(connect, target.where()));
    c.send(messages);
    c.receive_selection();
    c.expect("METHOD", {usual_method()});
    if (given().user) {
        c.receive_status();
        c.expect("STATUS", {0});
    }
    stands_on(plain::connect);
    c.expect_reply({0});
    expect_echo(c, target);
}

CLAUSE("9293-2.2", MUST, "request and first data come in one segment",
       "TCP delivers octets in order, and knows no messages. What is behind the request is for the target.") {
    suspect(joined);
    origin target;
    client c;
    c.greet();
    c.send({request(connect, target.where()), payload(text("early"))});
    stands_on(plain::connect);
    c.expect_reply({0});
    target.accept().expect_data(text("early"));
}

CLAUSE("9293-2.2", MUST, "everything comes in one segment",
       "TCP delivers octets in order, and knows no messages. A client may send all that it has to say at once.") {
    suspect(joined);
    origin target;
    client c;
    auto messages = opening();
    messages.push_back(request(connect, target.where()));
    messages.push_back(payload(text("early")));
    c.send(messages);
    c.receive_selection();
    if (given().user) c.receive_status();
    stands_on(plain::connect);
    c.expect_reply({0});
    target.accept().expect_data(text("early"));
}

CLAUSE("9293-2.2", MUST, "the request comes in two pieces, each joined with something else",
       "TCP delivers octets in order, and knows no messages. Pieces end anywhere.") {
    suspect(in_pieces);
    origin target;
    client c;
    auto messages = opening();
    auto const whole = request(connect, target.where());
    messages.push_back(whole.cut(5));
    c.send(messages);
    c.receive_selection();
    if (given().user) c.receive_status();
    stands_on(plain::connect);
    c.expect_silence(a_moment);
    c.send({whole.rest(5), payload(text("early"))});
    c.expect_reply({0});
    target.accept().expect_data(text("early"));
}

}  // namespace spec

TEST_SUITE_END();
