/// A network in which everything is scripted. Nothing waits: where a real network would wait for something that the
/// script does not hold, time passes until the next alarm rings.
#pragma once

#include "fakes.hpp"
#include "session/any_network.hpp"

#include <deque>
#include <map>
#include <memory>
#include <utility>

namespace fakes {

using session::time_point;
using socks5::address;

inline address const client_address{socks5::ipv4{{127, 0, 0, 1}}, 40000};
inline address const proxy_address{socks5::ipv4{{127, 0, 0, 1}}, 10800};
inline address const target_address{socks5::ipv4{{192, 0, 2, 1}}, 80};
inline address const our_address{socks5::ipv4{{198, 51, 100, 7}}, 33333};  // of our own end towards targets

/// One end of a connection, seen from the proxy.
struct wire {
    address local, peer;
    octets incoming = {};           ///< what the peer sends
    bool stays = false;             ///< the peer does not end after that, it waits
    std::string failure = {};       ///< or there is an error instead of an end
    bool deaf = false;              ///< writing to the peer fails with `failure`
    std::vector<octets> sent = {};  ///< one entry for each write
    bool sent_end = false, ended = false, receive_ended = false, reset = false, connected = true;

    octets all_sent() const {
        octets all;
        for (auto const& o : sent) all = all + o;
        return all;
    }
};

/// Everything there is beside the client; shared by all copies of a network.
struct world {
    struct packet {
        octets data;
        address other;
    };

    std::map<std::string, std::vector<address>> names = {};  ///< name: where it leads, on whatever port
    std::map<address, std::shared_ptr<wire>> targets = {};   ///< who accepts connections
    std::map<address, socks5::rep> failures = {};            ///< and who fails, how
    std::deque<std::shared_ptr<wire>> callers = {};          ///< who will come to a listener
    std::deque<packet> from_client = {}, from_targets = {};  ///< datagrams that will arrive
    std::vector<packet> to_client = {}, to_targets = {};     ///< datagrams that were sent
    std::vector<std::string> events = {};                    ///< what was asked of the network
    bool stopping = false;
    std::size_t sockets = 1000, threads = 1000, pipes = 1000;  ///< that can still be had
    bool reversed = false;                                     ///< of two things at once, the second goes first
    std::vector<std::pair<time_point, std::function<void()>>> alarms = {};
};

class network {
public:
    /// Both it and the test see the wire.
    class stream {
    public:
        stream(std::shared_ptr<wire> w) : wire_(std::move(w)) {}

        address local() const { return wire_->local; }
        address peer() const { return wire_->peer; }
        bool connected() const { return wire_->connected; }
        void shutdown_send() { wire_->sent_end = true; }
        void shutdown_receive() { wire_->receive_ended = true; }
        void end() { wire_->ended = true; }
        void reset_on_close() { wire_->reset = true; }

        wire* operator->() const { return wire_.get(); }
        wire& operator*() const { return *wire_; }

    private:
        std::shared_ptr<wire> wire_;
    };

    struct socket {
        address at;
        bool ended = false;

        address local() const { return at; }
        void end() { ended = true; }
    };
    using listener = socket;

    struct datagram_socket : socket {
        fakes::world& world;
        bool inside;                              ///< towards the client
        std::vector<world::packet> waiting = {};  ///< until they are flushed

        std::deque<world::packet>& incoming() const { return inside ? world.from_client : world.from_targets; }
        bool has_more() const { return !incoming().empty(); }
    };

    struct watcher {
        stream& client;
        std::function<bool(std::span<octet const>)> heard;
    };

    struct pipe {
        stream *from = nullptr, *to = nullptr;
        bool is_open() const { return from != nullptr; }
    };

    class alarm {
    public:
        alarm(fakes::world& world, time_point due, std::function<void()> wake)
            : world_(world), id_(world.alarms.size()) {
            world.alarms.emplace_back(due, [this, wake = std::move(wake)] {
                rang_ = true;
                wake();
            });
        }
        ~alarm() { world_.alarms[id_] = {time_point::max(), nullptr}; }
        alarm(alarm const&) = delete;
        alarm& operator=(alarm const&) = delete;

        void postpone(time_point) { world_.events.push_back("postpone"); }
        void ring() { world_.alarms[id_].second(); }
        bool rang() const { return rang_; }

    private:
        fakes::world& world_;
        std::size_t id_;
        bool rang_ = false;
    };

    explicit network(fakes::world& world) : world_(world) {}

    std::size_t read_some(stream& from, std::span<octet> buffer) {
        auto& incoming = from->incoming;
        while (incoming.empty()) {
            if (from->ended || from->receive_ended || (!from->stays && from->failure.empty())) return 0;
            wait_on(*from);
        }
        auto const n = std::min(buffer.size(), incoming.size());
        auto const end = incoming.begin() + static_cast<std::ptrdiff_t>(n);
        std::copy(incoming.begin(), end, buffer.begin());
        incoming.erase(incoming.begin(), end);
        return n;
    }

    void write(stream& to, std::span<octet const> data) {
        if (to->deaf) throw std::runtime_error(to->failure);
        to->sent.emplace_back(data.begin(), data.end());
    }

    pipe open_pipe(stream& from, stream& to) {
        if (world_.pipes == 0) return {};
        --world_.pipes;
        return {&from, &to};
    }

    /// As much as a pipe holds.
    std::size_t move_some(pipe& p) {
        octets moved(262'144);
        moved.resize(std::min(moved.size(), (*p.from)->incoming.size()));
        if (moved.empty()) return 0;
        read_some(*p.from, moved);
        write(*p.to, moved);
        return moved.size();
    }

    std::vector<address> resolve(address const& dst, time_point) {
        auto const& name = std::get<socks5::domainname>(dst.host).octets;
        world_.events.push_back("resolve " + name);
        if (!world_.names.contains(name)) throw socks5::refused(socks5::rep::host_unreachable, "Host not found");
        auto addresses = world_.names[name];
        for (auto& a : addresses) a.port = dst.port;
        return addresses;
    }

    stream open_stream(address const& to) {
        world_.events.push_back("connect " + to_string(to));
        take_socket();
        if (world_.targets.contains(to)) return world_.targets[to];
        auto const nobody = std::make_shared<wire>();
        nobody->peer = to;
        return nobody;
    }

    void connect(stream& target, time_point) {
        auto const to = target.peer();
        if (world_.targets.contains(to)) return;
        auto const rep = world_.failures.contains(to) ? world_.failures[to] : socks5::rep::connection_refused;
        throw socks5::refused(rep, std::string(phrase(rep)));
    }

    socks5::host route_to(address const&) {
        take_socket();
        return our_address.host;
    }

    listener listen(socks5::host const& host) {
        take_socket();
        return {{host, 2000}};
    }
    void end_look_up() { world_.events.push_back("end look-up"); }

    watcher watch(stream& client, auto heard) { return {client, heard}; }

    std::optional<stream> accept(listener& l, watcher& w) {
        listen_to(w);
        while (world_.callers.empty()) {
            if (l.ended || !w.client->stays) return {};
            let_time_pass();
        }
        auto caller = world_.callers.front();
        world_.callers.pop_front();
        return caller;
    }

    datagram_socket open_datagram_socket(socks5::host const& host) {
        take_socket();
        return {{{host, 3000}}, world_, true};
    }

    datagram_socket open_datagram_socket() {
        take_socket();
        return {{our_address}, world_, false};
    }

    std::optional<std::size_t> receive_from(datagram_socket& from, std::span<octet> buffer, address& sender) {
        auto& queue = from.incoming();
        if (from.ended || queue.empty()) return {};
        auto const packet = queue.front();
        queue.pop_front();
        std::ranges::copy(packet.data, buffer.begin());
        sender = packet.other;
        return packet.data.size();
    }

    /// Time passes until the client leaves.
    std::optional<std::size_t> receive_from(datagram_socket& from, std::span<octet> buffer, address& sender,
                                            watcher& w) {
        listen_to(w);
        if (auto const size = receive_from(from, buffer, sender)) return size;
        while (w.client->stays && !w.client->ended) let_time_pass();
        return {};
    }

    bool send_to(datagram_socket& from, std::span<octet const> data, address const& receiver) {
        if (data.size() > 65507) return false;
        from.waiting.push_back({{data.begin(), data.end()}, receiver});
        return true;
    }

    void flush(datagram_socket& from) {
        auto& sent = from.inside ? world_.to_client : world_.to_targets;
        sent.insert(sent.end(), from.waiting.begin(), from.waiting.end());
        from.waiting.clear();
    }

    void both(auto f, auto g) {
        if (world_.threads-- == 0) throw std::runtime_error("no thread to be had");
        if (world_.reversed) g(*this);
        f(*this);
        if (!world_.reversed) g(*this);
    }

    alarm alarm_at(time_point due, std::function<void()> wake) { return {world_, due, std::move(wake)}; }
    bool stopping() const { return world_.stopping; }
    void pause(std::chrono::milliseconds time) { world_.events.push_back("pause " + std::to_string(time.count())); }

private:
    void take_socket() {
        if (world_.sockets-- == 0)
            throw socks5::refused(socks5::rep::general_socks_server_failure, "Too many open files");
    }

    void wait_on(wire const& from) {
        if (!from.stays) throw std::runtime_error(from.failure);
        let_time_pass();
    }

    /// What the client has sent is there at once.
    static void listen_to(watcher& w) { w.heard(std::exchange(w.client->incoming, {})); }

    void let_time_pass() {
        auto const next = std::ranges::min_element(world_.alarms, {}, [](auto const& a) { return a.first; });
        if (next == world_.alarms.end() || next->first == time_point::max())
            throw std::logic_error("this would wait for ever");
        next->second();
    }

    fakes::world& world_;
};

static_assert(session::any_network<network>);

}  // namespace fakes
