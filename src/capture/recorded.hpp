/// A network that records what another one does: what --pcap shows.
#pragma once

#include "capture/connection_recorder.hpp"
#include "capture/datagram_recorder.hpp"
#include "socks5/reply.hpp"

#include <memory>
#include <optional>
#include <system_error>

namespace capture {

/// Models session::any_network, as Net does. Each operation is left to Net, and noted before it or behind. What moves
/// through a pipe would not be seen, so there are none.
template <class Net>
class recorded {
public:
    struct stream : Net::stream {
        stream(typename Net::stream real, std::unique_ptr<connection_recorder> its)
            : Net::stream(std::move(real)), notes(std::move(its)) {}

        void shutdown_send() {
            notes->ends();
            Net::stream::shutdown_send();
        }
        void shutdown_receive() {
            notes->stops_reading();
            Net::stream::shutdown_receive();
        }
        void end() {
            notes->stops_reading();
            notes->ends();
            Net::stream::end();
        }
        void reset_on_close() {
            notes->resets_on_close();
            Net::stream::reset_on_close();
        }

        std::unique_ptr<connection_recorder> notes;  ///< destroyed first: it notes the close before it happens
    };

    struct datagram_socket {
        datagram_socket(Net& net, std::unique_ptr<datagram_recorder> its, auto const&... host)
            : real(net.open_datagram_socket(host...)), notes(std::move(its)) {}
        typename Net::datagram_socket real;
        std::unique_ptr<datagram_recorder> notes;

        socks5::address local() const { return real.local(); }
        bool has_more() const { return real.has_more(); }
        void end() { real.end(); }
    };

    struct watcher : Net::watcher {
        watcher(Net& net, stream& watched, auto heard)
            : Net::watcher(net.watch(watched,
                                     [&watched, heard](std::span<octet const> said) {
                                         watched.notes->received(said);
                                         return heard(said);
                                     })),
              client(watched) {}

        stream& client;
    };

    struct pipe {
        static bool is_open() { return false; }
    };

    using listener = typename Net::listener;
    using alarm = typename Net::alarm;

    /// describe() says in one line whose connections these are: a comment in the recording.
    recorded(Net& real, recorder& to, std::function<std::string()> describe)
        : net_(real), recorder_(to), describe_(std::move(describe)) {}

    /// The connection of a client that has come.
    stream accepted(typename Net::stream client) { return accepted(std::move(client), side::client); }

    std::size_t read_some(stream& from, std::span<octet> buffer) {
        try {
            auto const n = net_.read_some(from, buffer);
            n > 0 ? from.notes->received(buffer.first(n)) : from.notes->peer_ended();
            return n;
        } catch (std::system_error const& e) {
            if (e.code() == std::errc::connection_reset) from.notes->peer_reset();
            throw;
        }
    }

    void write(stream& to, std::span<octet const> data) {
        to.notes->sends(data);
        try {
            net_.write(to, data);
        } catch (std::exception const&) {
            to.notes->send_failed();
            throw;
        }
    }

    pipe open_pipe(stream&, stream&) { return {}; }
    std::size_t move_some(pipe&) { return 0; }

    auto resolve(socks5::address const& dst, auto limit) { return net_.resolve(dst, limit); }
    void end_look_up() { net_.end_look_up(); }
    socks5::host route_to(socks5::address const& address) { return net_.route_to(address); }

    /// Its port is chosen now: the packet that asks for the connection shall have it.
    stream open_stream(socks5::address const& target) {
        auto real = net_.open_stream(target);
        if (real.local().port == 0) real.bind(net_.route_to(target));
        auto notes = notes_of(side::target, real.local(), target);
        return {std::move(real), std::move(notes)};
    }

    void connect(stream& target, auto limit) {
        target.notes->connecting();
        try {
            net_.connect(target, limit);
        } catch (socks5::refused const& r) {
            if (r.rep == socks5::rep::connection_refused) target.notes->refused();
            throw;
        }
        target.notes->connected();
    }

    watcher watch(stream& client, auto heard) { return {net_, client, heard}; }

    listener listen(socks5::host const& host) { return net_.listen(host); }

    std::optional<stream> accept(listener& l, watcher& client) {
        auto peer = net_.accept(l, client);
        note_end(client);
        if (!peer) return {};
        return accepted(std::move(*peer), side::target);
    }

    datagram_socket open_datagram_socket(socks5::host const& host) { return {net_, notes_of(side::client), host}; }
    datagram_socket open_datagram_socket() { return {net_, notes_of(side::target)}; }

    auto receive_from(datagram_socket& from, std::span<octet> buffer, socks5::address& sender, auto&... client) {
        auto const size = net_.receive_from(from.real, buffer, sender, client...);
        (note_end(client), ...);
        if (size) from.notes->received(from.local(), sender, buffer.first(*size));
        return size;
    }

    bool send_to(datagram_socket& from, std::span<octet const> data, socks5::address const& receiver) {
        auto const can_go = net_.send_to(from.real, data, receiver);
        if (can_go) from.notes->sent(from.local(), receiver, data);
        return can_go;
    }

    void flush(datagram_socket& d) { net_.flush(d.real); }

    template <class F, class G>
    void both(F f, G g) {
        auto const recording = [this](auto& what) {
            return [this, &what](Net& here) {
                recorded mine(here, recorder_, describe_);
                what(mine);
            };
        };
        net_.both(recording(f), recording(g));
    }

    alarm alarm_at(auto due, std::function<void()> wake) { return net_.alarm_at(due, std::move(wake)); }
    bool stopping() const { return net_.stopping(); }
    void pause(std::chrono::milliseconds time) { net_.pause(time); }

private:
    stream accepted(typename Net::stream real, side where) {
        auto notes = notes_of(where, real.local(), real.peer());
        notes->accepted();
        return {std::move(real), std::move(notes)};
    }

    static void note_end(watcher& w) {
        if (!w.left()) return;
        if (w.why() == std::errc::connection_reset) return w.client.notes->peer_reset();
        w.client.notes->peer_ended();
    }

    std::unique_ptr<connection_recorder> notes_of(side where, socks5::address const& ours,
                                                  socks5::address const& peer) {
        return std::make_unique<connection_recorder>(recorder_, where, ours, peer, describe_());
    }

    std::unique_ptr<datagram_recorder> notes_of(side where) {
        auto const route = [&net = net_](socks5::address const& peer) { return net.route_to(peer); };
        return std::make_unique<datagram_recorder>(recorder_, where, route, describe_());
    }

    Net& net_;
    recorder& recorder_;
    std::function<std::string()> describe_;
};

}  // namespace capture
