#include "bench/dial.hpp"

#include "bench/failure.hpp"

#include <array>
#include <cstring>

namespace bench {

task ask(stream& s, octet command, sockaddr_in dst, sockaddr_in& bnd) {
    static constexpr std::array<octet, 3> greeting{5, 1, 0};
    co_await s.write(greeting);
    // There is room for more octets than are expected: too many are noticed, and a reply is read at once.
    std::array<octet, 64> answer{};
    auto n = co_await s.read(answer, 2);
    if (n < 2) throw failure("greeting: closed");
    if (n > 2 || answer[0] != 5 || answer[1] != 0) throw failure("greeting: wrong octets");

    std::array<octet, 10> request{5, command, 0, 1};
    std::memcpy(&request[4], &dst.sin_addr, 4);
    std::memcpy(&request[8], &dst.sin_port, 2);
    co_await s.write(request);
    n = co_await s.read(answer, 10);
    if (n >= 2 && answer[0] == 5 && answer[1] != 0) throw failure("refused: REP " + std::to_string(answer[1]));
    if (n < 10) throw failure("reply: closed");
    if (n > 10 || answer[0] != 5 || answer[2] != 0 || answer[3] != 1) throw failure("reply: wrong octets");
    bnd = loopback(0);
    std::memcpy(&bnd.sin_addr, &answer[4], 4);
    std::memcpy(&bnd.sin_port, &answer[8], 2);
}

task dial(stream& s, std::optional<sockaddr_in> server, std::uint16_t port) {
    auto const origin = loopback(port);
    co_await s.connect(server.value_or(origin));
    if (!server) co_return;
    sockaddr_in bnd{};
    co_await ask(s, cmd_connect, origin, bnd);
}

}  // namespace bench
