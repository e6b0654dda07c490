#include "socks5spec/comparison.hpp"

#include "socks5spec/trial.hpp"

#include <algorithm>
#include <span>

namespace spec {

namespace {

using some = std::span<octet const>;

constexpr std::size_t seen_before = 8, row = 16;  // octets of a row, and of them in front of the first wrong one
constexpr std::size_t sure = 4, all_of_it = 8;    // so many octets in a row are not alike by chance

constexpr auto partly_sent =
    "When its buffer is full, send() takes fewer octets than it was given. Is the rest sent exactly, from p + sent, "
    "n - sent octets?";
constexpr auto text_mode = "Are the data read or written as text, or as a C string? They are octets of any value.";
constexpr auto sent_twice = "After send() go on behind what it has taken: p + sent, n - sent octets.";
constexpr auto in_front = "Something else stands in front of them: a second reply, or one that is too long?";
constexpr auto mixed = "Is a buffer shared between two directions or two connections, or too small?";

some first(some all, std::size_t n) { return all.first(std::min(n, all.size())); }

std::string shown(some octets_of) {
    return octets_of.size() > row ? "" : " (" + socks5::hex(octets(octets_of.begin(), octets_of.end())) + ")";
}

std::string is_or_are(std::size_t n) { return count_of_octets(n) + (n == 1 ? " is " : " are "); }

/// How far behind is the beginning of `what` to be found in `where`?
std::optional<std::size_t> distance(some where, some what) {
    auto const beginning = first(what, all_of_it);
    auto const found = std::search(where.begin(), where.end(), beginning.begin(), beginning.end());
    if (beginning.size() < sure || found == where.end()) return {};
    return std::size_t(found - where.begin());
}

bool go_on_alike(some left, some right) {
    auto const n = std::min(left.size(), right.size());
    return std::ranges::equal(left.first(n), right.first(n));
}

/// Both begin with the first wrong octet; `passed` is what was right.
std::pair<std::string, std::string> kind(some passed, some wanted, some got) {
    if (auto const n = distance(wanted, got)) {
        auto const lost = wanted.first(*n);
        auto const is_lost = [&](octet o) { return *n == 1 && lost[0] == o && std::ranges::count(passed, o) == 0; };
        bool const odd = std::ranges::any_of(octets{0, 0x0a, 0x0d}, is_lost);
        return {is_or_are(*n) + "missing" + shown(lost) +
                    (go_on_alike(wanted.subspan(*n), got) ? "; what follows is right" : "; later, more is wrong"),
                odd ? text_mode : partly_sent};
    }
    if (auto const n = distance(got, wanted)) {
        auto const more = got.first(*n);
        bool const twice = *n <= passed.size() && std::ranges::equal(passed.last(*n), more);
        return {is_or_are(*n) + (twice ? "doubled" : "too many") + shown(more) +
                    (go_on_alike(got.subspan(*n), wanted) ? "; what follows is right" : "; later, more is wrong"),
                twice            ? sent_twice
                : passed.empty() ? in_front
                                 : mixed};
    }
    return {"another octet", passed.empty() ? in_front : mixed};
}

}  // namespace

std::optional<parting> difference(octets const& stream, std::size_t offset, octets const& got, std::size_t before) {
    auto const wanted = some(stream).subspan(offset);
    auto const [w, g] = std::ranges::mismatch(wanted, got);
    if (g == got.end()) return {};
    auto const equal = std::size_t(g - got.begin());
    auto const at = offset + equal;
    auto const back = std::min(equal, seen_before);
    auto const piece = [&](some all) {
        auto const from = first(all.subspan(equal - back), row);
        return octets(from.begin(), from.end());
    };
    auto const [words, cause] = kind(first(stream, at), wanted.subspan(equal), some(got).subspan(equal));
    auto const from = "from offset " + std::to_string(before + at - back);
    return parting{"at offset " + std::to_string(before + at) + ": " + words,
                   cause,
                   {{"expected", piece(wanted), from}, {"came", piece(got), from}},
                   back};
}

void expect_same_datagram(std::string const& here, octets const& wanted, octets const& got) {
    if (got == wanted) return;
    if (auto const found = difference(wanted, 0, got)) {
        current().story.push_back({here + ": compares", found->rows, {{"came", found->wrong}}});
        fail("the data that were sent, unchanged", found->words,
             "A datagram goes out as it came in: only the header is put in front, or cut off.");
    }
    fail("the data that were sent, " + count_of_octets(wanted.size()), "only the first " + std::to_string(got.size()));
}

}  // namespace spec
