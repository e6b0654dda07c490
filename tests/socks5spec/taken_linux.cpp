/// Linux tells everybody about any TCP socket of the machine: see sock_diag(7). `ss -ti` asks in the same way.
#include "socks5spec/taken.hpp"

// Nothing that includes <netinet/tcp.h>, whose tcp_info has no tcpi_bytes_received.
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <span>

namespace spec {

namespace {

using socks5::octet;
using socks5::octets;

struct question {
    nlmsghdr head = {sizeof(question), SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, 0, 0};
    inet_diag_req_v2 body = {};
};

octets octets_of(socks5::host const& ip) {
    return std::visit([](auto const& h) { return encoded(h); }, ip);
}

/// About the socket whose own end is `there`.
question about(socks5::address const& here, socks5::address const& there) {
    auto const near = octets_of(here.host), far = octets_of(there.host);
    question q;
    q.body.sdiag_family = std::holds_alternative<socks5::ipv4>(there.host) ? AF_INET : AF_INET6;
    q.body.sdiag_protocol = IPPROTO_TCP;
    q.body.idiag_ext = 1 << (INET_DIAG_INFO - 1);
    q.body.id.idiag_sport = htons(there.port);
    q.body.id.idiag_dport = htons(here.port);
    std::memcpy(q.body.id.idiag_src, far.data(), far.size());
    std::memcpy(q.body.id.idiag_dst, near.data(), near.size());
    q.body.id.idiag_cookie[0] = q.body.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    return q;
}

/// The answer is there at once; no octets if there is none.
octets ask(question const& q) {
    octets answer(4096);
    auto const system = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    auto const sent = ::send(system, &q, sizeof q, 0);
    auto const came = sent < 0 ? 0 : ::recv(system, answer.data(), answer.size(), MSG_DONTWAIT);
    if (system >= 0) ::close(system);
    answer.resize(came < 0 ? 0 : static_cast<std::size_t>(came));
    return answer;
}

/// Takes a structure off the front, of which an older system may know the first members only.
template <class T>
T take(std::span<octet const>& from, std::size_t size = sizeof(T)) {
    T taken = {};
    std::memcpy(&taken, from.data(), std::min({size, sizeof(T), from.size()}));
    from = from.subspan(std::min(NLMSG_ALIGN(size), from.size()));
    return taken;
}

}  // namespace

std::optional<std::uint64_t> taken_by_peer(socks5::address const& here, socks5::address const& there) {
    auto const answer = ask(about(here, there));
    std::span<octet const> rest(answer);
    if (take<nlmsghdr>(rest).nlmsg_type != SOCK_DIAG_BY_FAMILY) return {};
    auto const socket = take<inet_diag_msg>(rest);
    if (socket.id.idiag_dport != htons(here.port)) return {};  // it is the listener: the connection is gone
    while (rest.size() >= sizeof(rtattr)) {
        auto const head = take<rtattr>(rest);
        auto const size = head.rta_len - sizeof(rtattr);
        auto const info = take<tcp_info>(rest, size);
        if (head.rta_type == INET_DIAG_INFO && size > offsetof(tcp_info, tcpi_bytes_received))
            return info.tcpi_bytes_received - socket.idiag_rqueue;
    }
    return {};
}

}  // namespace spec
