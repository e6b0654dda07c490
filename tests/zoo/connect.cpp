/// Bugs in the way to the target.
#include "zoo/animal.hpp"

namespace zoo {

namespace {

struct reply_before_connect : altered<reply_before_connect> {};

void connect(session::conversation<reply_before_connect>& client, socks5::address const& dst) {
    client.send(socks5::reply{socks5::rep::succeeded});
    auto target = session::reach(client, dst);
    session::relay(client, target);
}

struct only_first_address : altered<only_first_address> {
    std::vector<socks5::address> resolve(socks5::address const& dst, network::time_point limit) {
        return {altered::resolve(dst, limit).front()};
    }
};

struct one_client_at_a_time : altered<one_client_at_a_time> {};

}  // namespace

animals in_connect() {
    return {
        {"reply-before-connect", "replies REP 00 first, and connects then", serve<reply_before_connect>},
        {"only-first-address", "tries only the first address of a name", serve<only_first_address>},
        {"one-client-at-a-time", "serves one client after the other", serve<one_client_at_a_time>, 1},
    };
}

}  // namespace zoo
