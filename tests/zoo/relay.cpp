/// Bugs in the relay.
#include "zoo/animal.hpp"

#include <poll.h>

namespace zoo {

namespace {

using network::error_code;
namespace asio = boost::asio;

struct ends_instead : altered_stream {
    using altered_stream::altered_stream;

    void shutdown_send() { animal->relaying() ? end() : altered_stream::shutdown_send(); }
};

struct closes_both_on_first_eof : altered<closes_both_on_first_eof, ends_instead> {};

struct without_end : altered_stream {
    using altered_stream::altered_stream;

    void shutdown_send() {
        if (!animal->relaying()) altered_stream::shutdown_send();
    }
};

struct swallows_end : altered<swallows_end, without_end> {};

/// Asks, before it passes on what it has read, whether the connection has ended. So that the bug shows each time, it
/// gives a big piece some time to be followed by the end.
struct loses_last_octets : altered<loses_last_octets> {
    std::size_t read_some(network::stream& from, std::span<octet> buffer) {
        auto const n = altered::read_some(from, buffer);
        if (!relaying() || n < 4096) return n;
        pollfd next{from.socket().native_handle(), POLLIN, 0};
        ::poll(&next, 1, 300);
        char first = 0;
        bool const ended = ::recv(from.socket().native_handle(), &first, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
        return ended ? 0 : n;
    }
};

/// What one direction has read and not written.
struct backlog {
    octets data = {};
    std::size_t sent = 0;
    int to = -1;

    void send() {
        auto const n = ::send(to, data.data() + sent, data.size() - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0) throw std::runtime_error("connection lost");
        sent += std::size_t(n);
    }
};

// Each direction has a thread, and each thread knows of one direction:
thread_local std::size_t written = 0;
thread_local backlog later;

/// A thread may have served another direction before.
template <class Self, class Stream = altered_stream>
struct remembers : altered<Self, Stream> {
    using altered<Self, Stream>::altered;

    void both(auto f, auto g) {
        auto const anew = [](auto one_way) {
            return [one_way](Self& self) {
                written = 0;
                later = {};
                one_way(self);
            };
        };
        altered<Self, Stream>::both(anew(f), anew(g));
    }
};

/// Is this the chunk that reaches so many octets? Chunks are of any size, and the bugs shall not depend on it.
bool reaches(std::size_t mark, std::size_t chunk) {
    auto const before = std::exchange(written, written + chunk);
    return before < mark && written >= mark;
}

struct mixes_octets : remembers<mixes_octets> {
    void write(network::stream& to, std::span<octet const> data) {
        octets mixed(data.begin(), data.end());
        if (reaches(500'000, data.size())) {
            auto const different = std::ranges::adjacent_find(mixed, std::not_equal_to());
            if (different != mixed.end()) std::iter_swap(different, different + 1);
        }
        remembers::write(to, mixed);
    }
};

struct short_send : remembers<short_send> {
    void write(network::stream& to, std::span<octet const> data) {
        remembers::write(to, reaches(2'000'000, data.size()) ? data.first(data.size() - 1) : data);
    }
};

struct waits_for_full_buffer : altered<waits_for_full_buffer> {
    std::size_t read_some(network::stream& from, std::span<octet> buffer) {
        if (!relaying()) return altered::read_some(from, buffer);
        auto const whole = buffer.first(1024);
        auto const first = &from == client ? std::exchange(ahead, {}) : octets();
        std::ranges::copy(first, whole.begin());
        std::size_t n = first.size(), more = 0;
        do {
            more = altered::read_some(from, whole.subspan(n));
            n += more;
        } while (more > 0 && n < whole.size());
        return n;
    }

    network::stream* client = nullptr;
    octets ahead = {};  ///< what the client has sent behind its request
};

void relay(session::conversation<waits_for_full_buffer>& client, altered_stream& target) {
    client.net.client = &client.stream;
    client.net.ahead = std::exchange(client.ahead, {});
    session::relay(client, target);
}

/// What is left goes before the end.
struct sends_later : altered_stream {
    using altered_stream::altered_stream;

    void shutdown_send() {
        if (!animal->relaying()) return altered_stream::shutdown_send();
        error_code ignored;
        auto const rest = std::span(later.data).subspan(later.sent);
        asio::write(socket(), asio::buffer(rest.data(), rest.size()), ignored);
        altered_stream::shutdown_send();
    }
};

/// Reads as long as there is something to read, and writes when there is nothing else to do. The memory of this machine
/// is not meant to be the limit.
struct buffers_everything : remembers<buffers_everything, sends_later> {
    static constexpr std::size_t most = 128 << 20;

    void write(network::stream& to, std::span<octet const> data) {
        if (!relaying() || later.data.size() > most) return remembers::write(to, data);
        later.data.insert(later.data.end(), data.begin(), data.end());
        later.to = to.socket().native_handle();
    }

    std::size_t read_some(network::stream& from, std::span<octet> buffer) {
        while (relaying() && later.sent < later.data.size()) {
            pollfd ready[]{{from.socket().native_handle(), POLLIN, 0}, {later.to, POLLOUT, 0}};
            ::poll(ready, 2, -1);
            if (ready[0].revents != 0) return remembers::read_some(from, buffer);
            later.send();
        }
        if (relaying()) later = {};
        return remembers::read_some(from, buffer);
    }
};

}  // namespace

animals in_the_relay() {
    return {
        {"closes-both-on-first-eof", "closes both connections when one ends", serve<closes_both_on_first_eof>},
        {"swallows-end", "does not pass on the end of a direction", serve<swallows_end>},
        {"loses-last-octets", "forgets what it has just read when it sees the end", serve<loses_last_octets>},
        {"mixes-octets", "mixes up two octets after half a million", serve<mixes_octets>},
        {"short-send", "does not notice that send() has not taken all", serve<short_send>},
        {"waits-for-full-buffer", "relays 1024 octets at a time, never less", serve<waits_for_full_buffer>},
        {"buffers-everything", "reads on when it cannot write", serve<buffers_everything>},
    };
}

}  // namespace zoo
