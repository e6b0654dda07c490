/// Bugs in UDP ASSOCIATE.
#include "zoo/animal.hpp"

namespace zoo {

namespace {

using socks5::address;

/// Towards the client, and not towards the targets: that socket has no address of its own.
bool is_inside(network::datagram_socket const& d) { return !is_unspecified(d.local().host); }

/// Does not look whether the client is still there.
struct udp_outlives_tcp : altered<udp_outlives_tcp> {
    std::optional<std::size_t> receive_from(network::datagram_socket& from, std::span<octet> buffer, address& sender,
                                            auto&...) {
        return altered::receive_from(from, buffer, sender);
    }
};

struct any_udp_source : altered<any_udp_source> {
    std::optional<std::size_t> receive_from(datagram_socket& from, std::span<octet> buffer, address& sender,
                                            auto&... watched) {
        auto const size = altered::receive_from(from, buffer, sender, watched...);
        if (!size || !is_inside(from)) return size;
        if (client.port == 0) client.port = sender.port;
        sender = client;
        return size;
    }

    address client = {};
};

void carry_out(session::conversation<any_udp_source>& client, socks5::request const& request) {
    client.net.client = {client.record.client.host, request.dst.port};
    session::carry_out(client, request);
}

struct udp_takes_zeros_literally : altered<udp_takes_zeros_literally> {
    std::optional<std::size_t> receive_from(datagram_socket& from, std::span<octet> buffer, address& sender,
                                            auto&... watched) {
        auto const size = altered::receive_from(from, buffer, sender, watched...);
        if (is_inside(from) && sender != said) sender = {};
        return size;
    }

    address said = {};
};

void carry_out(session::conversation<udp_takes_zeros_literally>& client, socks5::request const& request) {
    client.net.said = request.dst;
    session::carry_out(client, request);
}

struct udp_ends_at_empty_datagram : altered<udp_ends_at_empty_datagram> {
    std::optional<std::size_t> receive_from(datagram_socket& from, std::span<octet> buffer, address& sender,
                                            auto&... watched) {
        auto const size = altered::receive_from(from, buffer, sender, watched...);
        return size && *size == 0 ? std::nullopt : size;
    }
};

struct udp_no_names : altered<udp_no_names> {
    std::vector<address> resolve(address const& dst, network::time_point limit) {
        if (relaying()) throw socks5::refused(socks5::rep::host_unreachable, "no names");
        return altered::resolve(dst, limit);
    }
};

struct udp_ignores_frag : altered<udp_ignores_frag> {
    std::optional<std::size_t> receive_from(datagram_socket& from, std::span<octet> buffer, address& sender,
                                            auto&... watched) {
        auto const size = altered::receive_from(from, buffer, sender, watched...);
        if (is_inside(from)) buffer[2] = 0;
        return size;
    }
};

struct udp_first_target_only : altered<udp_first_target_only> {
    bool send_to(datagram_socket& from, std::span<octet const> data, address const& receiver) {
        if (is_inside(from)) return altered::send_to(from, data, receiver);
        if (!first) first = receiver;
        return altered::send_to(from, data, *first);
    }

    std::optional<address> first = {};
};

/// Whatever stands in front of an answer is for the animal to say.
template <class Self>
struct altered_answers : altered<Self> {
    altered_answers(visit const& v) : altered<Self>(v) {}

    bool send_to(network::datagram_socket& from, std::span<octet const> data, address const& receiver) {
        if (!is_inside(from)) return network::blocking::send_to(from, data, receiver);
        socks5::udp_header::receive(session::reader_of(data));
        auto answer = static_cast<Self&>(*this).header(from);
        answer.insert(answer.end(), data.begin(), data.end());
        return network::blocking::send_to(from, answer, receiver);
    }
};

struct udp_wrong_source : altered_answers<udp_wrong_source> {
    octets header(datagram_socket const& from) { return socks5::octets_of(socks5::udp_header{.dst = from.local()}); }
};

/// Takes whoever sends for one of the targets, and tells the client truly who it was.
struct udp_anybody_answers : altered_answers<udp_anybody_answers> {
    std::optional<std::size_t> receive_from(datagram_socket& from, std::span<octet> buffer, address& sender,
                                            auto&... watched) {
        auto const size = altered::receive_from(from, buffer, sender, watched...);
        if (size && !is_inside(from)) sent_by = std::exchange(sender, target);
        return size;
    }

    bool send_to(datagram_socket& from, std::span<octet const> data, address const& receiver) {
        if (!is_inside(from)) target = receiver;
        return altered_answers::send_to(from, data, receiver);
    }

    octets header(datagram_socket const&) { return socks5::octets_of(socks5::udp_header{.dst = sent_by}); }

    address target = {}, sent_by = {};
};

struct udp_bare_answers : altered_answers<udp_bare_answers> {
    octets header(datagram_socket const&) { return {}; }
};

struct udp_cuts_datagrams : altered<udp_cuts_datagrams> {
    std::optional<std::size_t> receive_from(datagram_socket& from, std::span<octet> buffer, address& sender,
                                            auto&... watched) {
        return altered::receive_from(from, buffer.first(1024), sender, watched...);
    }
};

struct udp_anywhere : altered<udp_anywhere> {
    struct datagram_socket : network::datagram_socket {
        using network::datagram_socket::datagram_socket;

        address local() const { return {socks5::ipv4{}, network::datagram_socket::local().port}; }
    };

    datagram_socket open_datagram_socket(socks5::host const& host) { return {shared.io, {network::to_ip(host), 0}}; }
    datagram_socket open_datagram_socket() { return {shared.io, {network::asio::ip::address_v6::any(), 0}}; }
};

}  // namespace

animals in_udp() {
    return {
        {"udp-outlives-tcp", "goes on when the TCP connection has ended", serve<udp_outlives_tcp>},
        {"any-udp-source", "relays datagrams from whoever sends them", serve<any_udp_source>},
        {"udp-takes-zeros-literally", "waits for datagrams from 0.0.0.0:0", serve<udp_takes_zeros_literally>},
        {"udp-ends-at-empty-datagram", "takes a size of 0 for the end", serve<udp_ends_at_empty_datagram>},
        {"udp-no-names", "drops datagrams to names", serve<udp_no_names>},
        {"udp-ignores-frag", "takes a fragment for a whole datagram", serve<udp_ignores_frag>},
        {"udp-first-target-only", "sends everything to the first target", serve<udp_first_target_only>},
        {"udp-wrong-source", "says that answers come from the server itself", serve<udp_wrong_source>},
        {"udp-anybody-answers", "relays to the client what anybody sends", serve<udp_anybody_answers>},
        {"udp-bare-answers", "sends answers without a header", serve<udp_bare_answers>},
        {"udp-cuts-datagrams", "has a buffer of 1024 octets for datagrams", serve<udp_cuts_datagrams>},
        {"udp-anywhere", "says 0.0.0.0 when asked where it waits", serve<udp_anywhere>},
    };
}

}  // namespace zoo
