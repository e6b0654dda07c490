/// The subnegotiation of RFC 1929: name and password. Same chapter as the greeting.
#include "socks5spec/clause.hpp"
#include "socks5spec/pieces.hpp"

namespace spec {

TEST_SUITE_BEGIN("04 greeting");

namespace {

constexpr auto must_close =
    "The server keeps the connection open after a failed login. RFC 1929: after any STATUS but 00 it must close.";

/// A client up to the point where the server waits for name and password.
client at_login() {
    client c;
    c.send(greeting({2}));
    auto const method = c.receive_selection();
    if (method != 2) not_supported("login", "METHOD " + socks5::hex(method) + " when 02 was offered");
    return c;
}

/// The server asks for a login, and a user is known.
client at_login_of_user() {
    if (!given().user) not_supported("login", "no --user NAME:PASSWORD was given");
    return at_login();
}

void expect_failure(client& c, causes const& why) {
    auto const status = c.receive_status();
    if (status == 0) c.expect("STATUS", {1}, why);  // any other octet but 00 says failure
}

/// This name and password are refused, and the connection ends.
void expect_refused(client c, std::string const& name, std::string const& password, std::string const& cause) {
    c.send(login(name, password));
    expect_failure(c, {{0, cause}});
    suspect(must_close);
    c.expect_end(given().timeout);
}

}  // namespace

CLAUSE("1929-2", MUST, "the right name and password", "The server answers VER 01 and STATUS 00.") {
    auto c = at_login_of_user();
    c.send(login(given().user->name, given().user->password));
    c.receive_status();
    c.expect("STATUS", {0}, {{1, "The server does not know the user of --user, or compares wrongly."}});
}

CLAUSE("1929-2", MUST, "a wrong password",
       "Any STATUS but 00 says that the login has failed, and the server must close the connection.") {
    if (!given().user) return expect_refused(at_login(), "nobody", "wrong", "The server lets in whoever comes.");
    expect_refused(
        at_login_of_user(), given().user->name, given().user->password + "x",
        "The server compares only as many octets as its own password has, or none. Compare the lengths, too.");
}

CLAUSE("1929-2", MUST, "a wrong name",
       "Any STATUS but 00 says that the login has failed, and the server must close the connection.") {
    auto c = at_login_of_user();
    expect_refused(std::move(c), given().user->name + "x", given().user->password,
                   "The server compares the password only, or only the first octets of the name.");
}

CLAUSE("1929-2", MUST, "the beginning of the password", "The password is all of the PLEN octets of PASSWD, no fewer.") {
    auto c = at_login_of_user();
    auto password = given().user->password;
    password.pop_back();
    if (password.empty()) not_run("the password of --user has only one octet");
    expect_refused(std::move(c), given().user->name, password,
                   "The server compares only as many octets as the client has sent. Compare the lengths, too.");
}

CLAUSE("1929-2", SENSE, "the password and a zero octet",
       "UNAME and PASSWD may hold any octet. A zero octet does not end them, for their lengths are given.") {
    auto c = at_login_of_user();
    auto const longer = given().user->password + std::string("\0x", 2);
    expect_refused(std::move(c), given().user->name, longer,
                   "The server compares up to a zero octet (strcmp). Compare PLEN octets.");
}

CLAUSE("1929-2", SENSE, "an empty password", "PLEN is 1 to 255. An empty password lets nobody in.") {
    auto c = at_login_of_user();
    suspect("With PLEN 0 there is no octet to wait for. Answer a failure.");
    expect_refused(std::move(c), given().user->name, "", "The server takes no password for the right password.");
}

CLAUSE("1929-2", SENSE, "an empty name", "ULEN is 1 to 255. An empty name lets nobody in.") {
    auto c = at_login_of_user();
    suspect("With ULEN 0 there is no octet to wait for; PLEN comes next. Answer a failure.");
    expect_refused(std::move(c), "", given().user->password, "The server takes no name for the right name.");
}

CLAUSE("1929-2", MUST, "one octet of each", "ULEN and PLEN may be 1.") {
    suspect("Read ULEN, then exactly as many octets, then PLEN, then exactly as many octets.");
    expect_refused(at_login(), "\x01", "\x02", "The server lets in whoever comes.");
}

CLAUSE("1929-2", MUST, "255 octets of each", "ULEN and PLEN may be 255.") {
    suspect("The server does not read all of the login. Is a length kept in a signed char, or the buffer too small?");
    expect_refused(at_login(), std::string(255, 'n'), std::string(255, '\xff'), "The server lets in whoever comes.");
}

CLAUSE("1929-2", SENSE, "another version of the login",
       "The version of the subnegotiation is 01. Another one does not let anybody in.") {
    auto c = at_login_of_user();
    c.send(login(given().user->name, given().user->password).with("VER", {5}));
    auto const came = c.read_some(2, clock::now() + 2s);
    if (came.what == arrival::data && came.octets.back() == 0 && came.octets.size() == 2)
        fail("01 and a failure, or the end", socks5::hex(came.octets), "The server does not look at VER.");
}

CLAUSE("1928-3", MUST, "the login cannot be skipped",
       "After METHOD 02, the method-dependent subnegotiation comes first, and then the request.") {
    auto c = at_login();
    origin target;
    c.send(request(connect, target.where()));
    suspect("The server serves a request although nobody has logged in.");
    target.expect_nobody(a_moment);
}

CLAUSE("1928-3", MUST, "after a failed login nothing is served",
       "After a failure the server must close the connection.") {
    auto c = at_login();
    origin target;
    c.send({login("nobody", "wrong"), request(connect, target.where())});
    suspect("The server serves a request although the login has failed.");
    expect_failure(c, {{0, "The server lets in whoever comes."}});
    target.expect_nobody(a_moment);
}

CLAUSE("1928-3", SENSE, "nobody gets in without a login",
       "A server that has users does not select METHOD 00, even if the client offers nothing else.") {
    if (!given().user) not_supported("login", "no --user NAME:PASSWORD was given");
    client c;
    c.send(greeting({0}));
    c.receive_selection();
    c.expect("METHOD", {0xff}, {{0, "The users are there for nothing: who offers 00 gets in without a password."}});
}

CLAUSE("9293-2.2", MUST, "the login comes octet by octet",
       "TCP delivers octets in order, and knows no messages. A message may come in any number of pieces.") {
    if (!given().user) not_supported("login", "no --user NAME:PASSWORD was given");
    suspect(in_pieces);
    client c;
    c.send(opening().front());
    c.receive_selection();
    c.send_octetwise(opening().back());
    c.receive_status();
    c.expect("STATUS", {0}, {{1, in_pieces}});
}

}  // namespace spec

TEST_SUITE_END();
