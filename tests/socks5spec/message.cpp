#include "socks5spec/message.hpp"

#include "socks5/reply.hpp"

namespace spec {

octets message::whole() const {
    octets joined;
    for (auto const& field : fields) joined.insert(joined.end(), field.value.begin(), field.value.end());
    return joined;
}

message message::with(std::string_view field, octets const& value) const {
    auto changed = *this;
    auto const found = std::ranges::find(changed.fields, field, &socks5::field::name);
    *found = {found->name, value, "on purpose"};
    return changed;
}

message message::cut(std::size_t length) const {
    message shorter{title + ", cut off", {}};
    for (auto field : fields) {
        auto const all = field.value.size(), kept = std::min(length, all);
        length -= kept;
        field.value.resize(kept);
        if (kept < all) field.meaning = "first " + std::to_string(kept) + " of " + count_of_octets(all);
        if (kept > 0) shorter.fields.push_back(field);
    }
    return shorter;
}

message message::rest(std::size_t length) const {
    message behind{"rest of the " + title, {}};
    for (auto field : fields) {
        auto const all = field.value.size(), gone = std::min(length, all);
        length -= gone;
        field.value.erase(field.value.begin(), field.value.begin() + std::ptrdiff_t(gone));
        if (gone > 0) field.meaning = "last " + std::to_string(all - gone) + " of " + count_of_octets(all);
        if (gone < all) behind.fields.push_back(field);
    }
    return behind;
}

octets text(std::string_view t) { return {t.begin(), t.end()}; }

octets operator+(octets left, octets const& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

address with_name(std::string const& name, std::uint16_t port) { return {socks5::domainname{name}, port}; }

message greeting(octets const& methods) {
    std::string names;
    for (auto const m : methods) names += (names.empty() ? "" : ", ") + std::string(name(socks5::method(m)));
    return {"greeting",
            {{"VER", {socks5::version}, "SOCKS version 5"},
             {"NMETHODS", {static_cast<octet>(methods.size())}, std::to_string(methods.size()) + " offered"},
             {"METHODS", methods, names}}};
}

message login(std::string const& name, std::string const& password) {
    return {"login",
            {{"VER", {1}, "version of the subnegotiation"},
             {"ULEN", {static_cast<octet>(name.size())}, count_of_octets(name.size()) + " of name"},
             {"UNAME", text(name), '"' + socks5::printable(name) + '"'},
             {"PLEN", {static_cast<octet>(password.size())}, count_of_octets(password.size()) + " of password"},
             {"PASSWD", text(password), '"' + socks5::printable(password) + '"'}}};
}

message request(octet cmd, address const& dst) {
    message made{"request",
                 {{"VER", {socks5::version}, "SOCKS version 5"},
                  {"CMD", {cmd}, std::string(name(socks5::cmd(cmd)))},
                  {"RSV", {0}, "reserved"}}};
    std::ranges::move(dst.fields("DST"), std::back_inserter(made.fields));
    return made;
}

message udp_header(address const& dst) {
    message made{"datagram", {{"RSV", {0, 0}, "reserved"}, {"FRAG", {0}, "not a fragment"}}};
    std::ranges::move(dst.fields("DST"), std::back_inserter(made.fields));
    return made;
}

message payload(octets const& some) { return {"data", {{"DATA", some, count_of_octets(some.size())}}}; }

std::string rep_text(octet rep) { return socks5::hex(rep) + ", " + std::string(phrase(socks5::rep(rep))); }

}  // namespace spec
