#include "bench/association.hpp"
#include "bench/datagrams.hpp"
#include "bench/origin.hpp"
#include "bench/pattern.hpp"

namespace bench {

namespace {

constexpr auto silence = 100ms;

/// Answers each datagram with the next octets, in a thread of its own.
class udp_origin {
public:
    udp_origin(options const& given, failures& failed)
        : socket_(datagram_socket(silence)), datagrams_(socket_.number(), given.size + 1, given.window) {
        thread_ = std::jthread([this, &failed](std::stop_token const& stop) {
            try {
                while (!stop.stop_requested()) answer();
            } catch (failure const& e) {
                failed.add(std::string("origin: ") + e.what());
            }
        });
    }

    std::uint16_t port() const { return port_of(socket_.number()); }

private:
    void answer() {
        auto const n = datagrams_.receive();
        for (std::size_t i = 0; i < n; ++i) next_octets(datagrams_.octets(i));
        datagrams_.send(n);
    }

    descriptor socket_;
    datagrams datagrams_;
    std::jthread thread_;
};

/// Keeps as many datagrams under way as the window has. The place of one in it is free again when it is back, or when
/// it seems lost: when others that were sent long after it are back, or when nothing comes any more.
class juggler {
public:
    juggler(options const& given, association const& a, int socket, failures& failed)
        : given_(given),
          header_(a.header()),
          failed_(failed),
          out_(socket, header_.size() + given.size + 1, given.window),
          in_(socket, header_.size() + given.size + 1, given.window),
          states_(64 * given.window) {
        for (std::size_t i = 0; i < given.window; ++i) {
            out_.peer(i) = a.to();
            out_.resize(i, header_.size() + given.size);
            std::ranges::copy(header_, out_.octets(i).begin());
        }
    }

    result run() {
        auto const began = clock::now();
        auto const end = began + duration(given_.seconds);
        while (clock::now() < end) {
            send(given_.window - under_way_);
            receive();
        }
        auto const took = seconds_since(began);
        auto const in_time = back_;
        while (receive()) {
        }
        if (back_ == 0 && failed_.counts().empty()) failed_.add("no answer");
        auto const lost = double(next_ - back_);
        return {{"rate", double(in_time) / took},
                {"units", back_},
                {"sent", next_},
                {"lost_percent", next_ == 0 ? 0 : 100 * lost / double(next_)}};
    }

private:
    enum class state : octet { unused, out, given_up, back };

    state& of(std::uint64_t number) { return states_[number % states_.size()]; }

    void send(std::size_t n) {
        for (std::size_t i = 0; i < n; ++i, ++next_) {
            auto const data = out_.octets(i).subspan(header_.size());
            std::memcpy(data.data(), &next_, sizeof next_);
            std::memcpy(&data[sizeof next_], octets_.at(next_), data.size() - sizeof next_);
            of(next_) = state::out;
        }
        under_way_ += n;
        out_.send(n);
    }

    /// False: nothing has come.
    bool receive() {
        auto const n = in_.receive();
        for (std::size_t i = 0; i < n; ++i) look_at(in_.octets(i));
        auto const seem_lost = n == 0 ? next_ : std::max(highest_, 2 * given_.window) - 2 * given_.window;
        for (; oldest_ < seem_lost; ++oldest_) {
            if (of(oldest_) != state::out) continue;
            of(oldest_) = state::given_up;
            --under_way_;
        }
        return n > 0;
    }

    void look_at(std::span<octet> came) {
        if (came.size() < header_.size() || !std::ranges::equal(header_, came.first(header_.size())))
            return failed_.add("wrong header");
        auto const data = came.subspan(header_.size());
        if (data.size() != given_.size) return failed_.add("wrong size");
        for (auto& o : data) --o;
        std::uint64_t number = 0;
        std::memcpy(&number, data.data(), sizeof number);
        if (number >= next_ || !octets_.matches(number, data.subspan(sizeof number)))
            return failed_.add("wrong octets");
        if (number + states_.size() < next_) return failed_.add("later than can be told");
        if (of(number) == state::back) return failed_.add("came twice");
        if (of(number) == state::out) --under_way_;
        of(number) = state::back;
        highest_ = std::max(highest_, number);
        ++back_;
    }

    options const& given_;
    std::vector<octet> const& header_;
    failures& failed_;
    datagrams out_, in_;
    pattern octets_;
    std::vector<state> states_;
    std::uint64_t next_ = 0, oldest_ = 0, highest_ = 0, under_way_ = 0, back_ = 0;
};

}  // namespace

result udp(options const& given, failures& failed) {
    udp_origin origin(given, failed);
    try {
        auto const socket = datagram_socket(silence);
        association const a(given, port_of(socket.number()), origin.port());
        return juggler(given, a, socket.number(), failed).run();
    } catch (failure const& e) {
        failed.add(e.what());
        return {{"rate", 0}, {"units", 0}};
    }
}

}  // namespace bench
