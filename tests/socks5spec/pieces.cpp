#include "socks5spec/pieces.hpp"

namespace spec {

void expect_echo(client& c, origin& target) {
    auto far = target.accept();
    suspect("The server has said \"succeeded\", and does not pass on small pieces of data.");
    c.write(text("ping"));
    far.expect_data(text("ping"));
    far.write(text("pong"));
    c.expect_data(text("pong"));
}

void request_in_pieces(socks5::host const& host) {
    suspect(in_pieces);
    origin target(host);
    client c;
    c.greet();
    stands_on(plain::connect);
    c.send_octetwise(request(connect, target.where()));
    c.receive_reply_for(target.where());
    c.expect("REP", {0});
    expect_echo(c, target);
}

}  // namespace spec
