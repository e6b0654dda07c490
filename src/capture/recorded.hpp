/// A network that records what another one does: what --pcap shows.
#pragma once

#include "capture/connection_recorder.hpp"
#include "capture/datagram_recorder.hpp"
#include "socks5/reply.hpp"

#include <memory>
#include <optional>
#include <system_error>

namespace capture {

/// Models session::any_network, as Net does. Each operation is left to Net, and noted before or after. What moves
/// through a pipe would not be seen, so there are none.
template <class Net>
class recorded {
public:
    class stream {
    public:
        stream(typename Net::stream real, std::unique_ptr<connection_recorder> seen)
            : real_(std::move(real)), seen_(std::move(seen)) {}

        socks5::address local() const { return real_.local(); }
        socks5::address peer() const { return real_.peer(); }
        bool connected() const { return real_.connected(); }

        void shutdown_send() {
            seen_->ends();
            real_.shutdown_send();
        }
        void shutdown_receive() {
            seen_->stops_reading();
            real_.shutdown_receive();
        }
        void end() {
            seen_->stops_reading();
            seen_->ends();
            real_.end();
        }
        void reset_on_close() {
            seen_->resets_on_close();
            real_.reset_on_close();
        }

    private:
        friend recorded;

        typename Net::stream real_;
        std::unique_ptr<connection_recorder> seen_;  ///< destroyed first, so that it notes the close before it happens
    };

    class datagram_socket {
    public:
        datagram_socket(Net& net, std::unique_ptr<datagram_recorder> seen, auto const&... host)
            : real_(net.open_datagram_socket(host...)), seen_(std::move(seen)) {}

        socks5::address local() const { return real_.local(); }
        bool has_more() const { return real_.has_more(); }
        void end() { real_.end(); }

    private:
        friend recorded;

        typename Net::datagram_socket real_;
        std::unique_ptr<datagram_recorder> seen_;
    };

    class watcher {
    public:
        watcher(Net& net, stream& client, auto heard)
            : client_(client), real_(net.watch(client.real_, [&client, heard](std::span<octet const> said) {
                  client.seen_->received(said);
                  return heard(said);
              })) {}

    private:
        friend recorded;

        stream& client_;
        typename Net::watcher real_;
    };

    using listener = typename Net::listener;
    using alarm = typename Net::alarm;
    struct pipe {
        static bool is_open() { return false; }
    };

    /// describe() says in one line whose connections these are: a comment in the recording.
    recorded(Net& real, recorder& to, std::function<std::string()> describe)
        : net_(real), recorder_(to), describe_(std::move(describe)) {}

    /// A client that has come.
    stream accepted(typename Net::stream client) { return accepted(std::move(client), side::client); }

    std::size_t read_some(stream& from, std::span<octet> buffer) {
        try {
            auto const n = net_.read_some(from.real_, buffer);
            n > 0 ? from.seen_->received(buffer.first(n)) : from.seen_->peer_ended();
            return n;
        } catch (std::system_error const& e) {
            if (e.code() == std::errc::connection_reset) from.seen_->peer_reset();
            throw;
        }
    }

    void write(stream& to, std::span<octet const> data) {
        to.seen_->sends(data);
        try {
            net_.write(to.real_, data);
        } catch (std::exception const&) {
            to.seen_->send_failed();
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
        auto seen = std::make_unique<connection_recorder>(recorder_, side::target, real.local(), target, describe_());
        return {std::move(real), std::move(seen)};
    }

    void connect(stream& target, auto limit) {
        target.seen_->connecting();
        try {
            net_.connect(target.real_, limit);
        } catch (socks5::refused const& r) {
            if (r.rep == socks5::rep::connection_refused) target.seen_->refused();
            throw;
        }
        target.seen_->connected();
    }

    watcher watch(stream& client, auto heard) { return {net_, client, heard}; }

    listener listen(socks5::host const& host) { return net_.listen(host); }

    std::optional<stream> accept(listener& l, watcher& client) {
        auto peer = net_.accept(l, client.real_);
        note_end(client);
        if (!peer) return {};
        return accepted(std::move(*peer), side::target);
    }

    datagram_socket open_datagram_socket(socks5::host const& host) { return {net_, seen_by(side::client), host}; }
    datagram_socket open_datagram_socket() { return {net_, seen_by(side::target)}; }

    auto receive_from(datagram_socket& from, std::span<octet> buffer, socks5::address& sender, auto&... client) {
        auto const size = net_.receive_from(from.real_, buffer, sender, client.real_...);
        (note_end(client), ...);
        if (size) from.seen_->received(from.local(), sender, buffer.first(*size));
        return size;
    }

    bool send_to(datagram_socket& from, std::span<octet const> data, socks5::address const& receiver) {
        if (!net_.send_to(from.real_, data, receiver)) return false;
        from.seen_->sent(from.local(), receiver, data);
        return true;
    }

    void flush(datagram_socket& d) { net_.flush(d.real_); }

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
        auto seen = std::make_unique<connection_recorder>(recorder_, where, real.local(), real.peer(), describe_());
        seen->accepted();
        return {std::move(real), std::move(seen)};
    }

    static void note_end(watcher& client) {
        if (!client.real_.left()) return;
        if (client.real_.why() == std::errc::connection_reset)
            client.client_.seen_->peer_reset();
        else
            client.client_.seen_->peer_ended();
    }

    std::unique_ptr<datagram_recorder> seen_by(side where) {
        auto const route = [&net = net_](socks5::address const& peer) {
            try {
                return net.route_to(peer);
            } catch (socks5::refused const&) {
                return socks5::host();  // no way there any more
            }
        };
        return std::make_unique<datagram_recorder>(recorder_, where, route, describe_());
    }

    Net& net_;
    recorder& recorder_;
    std::function<std::string()> describe_;
};

}  // namespace capture
