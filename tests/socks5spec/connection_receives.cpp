/// What comes on a connection, and what should.
#include "socks5spec/comparison.hpp"
#include "socks5spec/connection.hpp"

namespace spec {

std::string in_words(arrival const& came) {
    switch (came.what) {
        case arrival::data: return "octets: " + socks5::hex(came.octets);
        case arrival::end: return "the end of the connection (FIN)";
        case arrival::reset: return "a reset of the connection (RST)";
        case arrival::nothing: return "nothing, in the time limit";
    }
    return {};
}

std::pair<octets, arrival> connection::read_up_to(std::size_t n) {
    auto const limit = in_time();
    octets all;
    while (all.size() < n) {
        auto const came = read_some(n - all.size(), limit);
        if (came.what != arrival::data) return {all, came};
        all = all + came.octets;
    }
    return {all, {arrival::data}};
}

void connection::fail_for_want_of(std::size_t n, std::string const& what, std::pair<octets, arrival> const& came) {
    auto const& [all, last] = came;
    fail(what + ", " + count_of_octets(n) + ", for the " + here_,
         (all.empty() ? "" : "only " + std::to_string(all.size()) + " of them, then ") + in_words(last) +
             (last.what == arrival::reset ? " (it closed while octets of ours were unread)" : ""));
}

octets connection::read(std::size_t n, std::string const& what) {
    auto const came = read_up_to(n);
    if (came.first.size() < n) fail_for_want_of(n, what, came);
    return came.first;
}

void connection::expect_data(octets const& wanted) {
    stands_on(plain::reply);
    stands_on(plain::data);
    auto const came = read_up_to(wanted.size());
    tell("gets " + count_of_octets(came.first.size()));
    expect_part(wanted, 0, came.first);
    if (came.first.size() == wanted.size()) return;
    point_at();
    fail_for_want_of(wanted.size(), "data", came);
}

void connection::expect_part(octets const& stream, std::size_t offset, octets const& got, std::size_t before) {
    if (!difference(stream, offset, got, before)) return;
    // What is wrong can be told from what follows, and that may just not have come yet.
    constexpr std::ptrdiff_t enough = 8;
    auto const first_wrong = std::ranges::mismatch(std::span(stream).subspan(offset), got).in2;
    auto const more = got.end() - first_wrong < enough ? read_some(enough, clock::now() + a_moment).octets : octets{};
    auto const found = difference(stream, offset, got + more, before);
    point_at();
    current().story.push_back({here_ + ": compares", found->rows, {{"came", found->wrong}}});
    fail("the octets that were sent, unchanged and in order", found->words, found->cause);
}

void connection::expect_end(std::chrono::milliseconds within, bool orderly, std::string const& of_reset) {
    auto const came = read_some(64, clock::now() + within);
    if (came.what == arrival::end || (came.what == arrival::reset && !orderly)) return tell("sees the end");
    point_at();
    fail("the end of the connection for the " + here_ + (orderly ? " (FIN)" : ""), in_words(came),
         came.what == arrival::data    ? "More comes than should. Is a message too long, or sent twice, or does the "
                                         "server go on after its last word?"
         : came.what == arrival::reset ? of_reset
                                       : "");
}

void connection::expect_reset() {
    for (auto const limit = in_time();;) {
        auto const came = read_some(65536, limit);
        if (came.what == arrival::reset) return tell("sees the reset");
        if (came.what != arrival::data) fail("a reset of the connection for the " + here_ + " (RST)", in_words(came));
    }
}

void connection::expect_silence(std::chrono::milliseconds time) {
    auto const came = read_some(64, clock::now() + time);
    if (came.what == arrival::nothing) return;
    point_at();
    fail("nothing for the " + here_ + " yet, and no end", in_words(came));
}

}  // namespace spec
