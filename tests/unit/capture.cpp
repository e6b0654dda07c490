/// What the proxy records: packets, blocks of a file, and a file that is whole at any moment.
#include "capture/connection_recorder.hpp"
#include "capture/datagram_recorder.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>

using namespace capture;

namespace {

socks5::address const here{socks5::ipv4{{127, 0, 0, 1}}, 10800}, there{socks5::ipv4{{127, 0, 0, 1}}, 40000};

std::uint32_t number(octets const& from, std::size_t position) {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i > 0; --i) value = value << 8 | from.at(position + i - 1);
    return value;
}

/// A recording in a file of its own.
struct file {
    std::string path = "capture-" + std::to_string(::getpid()) + ".pcapng";
    std::string said;

    file() = default;
    file(file const&) = delete;
    file& operator=(file const&) = delete;
    ~file() { std::remove(path.c_str()); }

    auto warn() {
        return [this](std::string const& line) { said += line; };
    }

    octets read() const {
        std::ifstream in(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    /// Where each block begins. Fails unless they fill the file.
    std::vector<std::size_t> blocks() const {
        auto const whole = read();
        std::vector<std::size_t> begins;
        for (std::size_t at = 0; at < whole.size(); at += number(whole, at + 4)) {
            auto const length = number(whole, at + 4);
            REQUIRE(length >= 12);
            REQUIRE(at + length <= whole.size());
            REQUIRE(number(whole, at + length - 4) == length);
            begins.push_back(at);
        }
        return begins;
    }

    /// The control bits of each TCP segment.
    std::vector<int> controls() const {
        auto const whole = read();
        std::vector<int> found;
        for (auto const at : blocks())
            if (number(whole, at) == 6) found.push_back(whole.at(at + 28 + 20 + 13));
        return found;
    }
};

}  // namespace

TEST_SUITE_BEGIN("capture");

TEST_CASE("a segment over IPv4, octet by octet") {
    octets const data{5, 1, 0};
    auto const packet = packet_of(segment{there, here, 1, 1, psh | ack, data});
    CHECK(packet == octets{0x45, 0,   0,    43,   0,    0,    0x40, 0,    64,   6, 0x3c, 0xcb, 127, 0, 0,
                           1,    127, 0,    0,    1,    0x9c, 0x40, 0x2a, 0x30, 0, 0,    0,    1,   0, 0,
                           0,    1,   0x50, 0x18, 0xff, 0xff, 0xe6, 0x53, 0,    0, 5,    1,    0});
}

TEST_CASE("a datagram over IPv6, and its checksum is never 0, which would say that there is none") {
    socks5::address const from{socks5::ipv6{{15, 0}}, 53}, to{socks5::ipv6{{15, 1}}, 53};
    auto const checksum_for = [&](unsigned data) {
        octets const two{octet(data >> 8), octet(data)};
        auto const packet = packet_of(datagram{from, to, two});
        REQUIRE(packet.size() == 40 + 8 + 2);
        return packet[46] << 8 | packet[47];
    };
    auto const sum = checksum_for(0);
    CHECK(checksum_for(static_cast<unsigned>(sum)) == 0xffff);
    CHECK(checksum_for(static_cast<unsigned>(sum - 1)) == 1);
}

TEST_CASE("a TCP checksum may well be 0") {
    octets data{0, 0};
    auto const checksum = [&] {
        auto const packet = packet_of(segment{there, here, 1, 1, ack, data});
        return packet[36] << 8 | packet[37];
    };
    auto const sum = checksum();
    data = {octet(sum >> 8), octet(sum)};
    CHECK(checksum() == 0);
}

TEST_CASE("an odd number of octets counts as if a zero followed") {
    octets const odd{0xab}, even{0xab, 0};
    auto const payload = [](octets const& data) { return packet_of(segment{there, here, 0, 0, ack, data}); };
    auto const difference = (payload(odd)[37] - payload(even)[37]) & 0xff;
    CHECK(difference == 1);  // the length, which is part of the sum
}

TEST_CASE("hosts of two kinds: the IPv4 one is mapped") {
    auto const packet = packet_of(datagram{here, {socks5::ipv6{{15, 1}}, 9}, {}});
    CHECK((packet.front() >> 4) == 6);
    CHECK(packet[8 + 10] == 0xff);
    CHECK(packet[8 + 12] == 127);
}

TEST_CASE("every block is a multiple of the unit") {
    for (std::size_t size = 0; size < 40; ++size) {
        CHECK(pcapng::enhanced_packet(0, {}, octets(size), std::string(size, 'c')).size() % pcapng::unit == 0);
        CHECK(pcapng::interface_description(std::string(size, 'n')).size() % pcapng::unit == 0);
    }
    CHECK(pcapng::filler(16).size() == 16);
    CHECK(pcapng::filler(4080).size() == 4080);
}

TEST_CASE("no packet crosses a page of the file") {
    file recorded;
    {
        recorder to(recorded.path, recorded.warn());
        for (std::size_t size = 0; size < 1500; size += 7) to.record(side::client, octets(size), "");
    }
    auto const whole = recorded.read();
    std::size_t packets = 0;
    for (auto const at : recorded.blocks()) {
        packets += number(whole, at) == 6;
        CHECK(at / 4096 == (at + number(whole, at + 4) - 1) / 4096);
    }
    CHECK(packets == 215);
    CHECK(recorded.said.empty());
}

TEST_CASE("a packet larger than a page is whole, too, and so is what follows") {
    file recorded;
    {
        recorder to(recorded.path, recorded.warn());
        for (auto const size : {10, 65'000, 10, 9'000}) to.record(side::target, octets(std::size_t(size)), "");
    }
    CHECK(recorded.blocks().size() >= 3 + 4);
}

TEST_CASE("a connection from its beginning to its end") {
    file recorded;
    {
        recorder to(recorded.path, recorded.warn());
        connection_recorder c(to, side::client, here, there, "#1");
        c.accepted();
        c.received(octets{5, 1, 0});
        c.sends(octets{5, 0});
        c.peer_ended();
        c.ends();
        c.ends();  // once is enough
    }
    CHECK(recorded.controls() ==
          std::vector<int>{syn, syn | ack, ack, psh | ack, ack, psh | ack, ack, fin | ack, ack, fin | ack, ack});
}

TEST_CASE("a connection that is closed without a word ends, and one that was never made says nothing more") {
    file recorded;
    {
        recorder to(recorded.path, recorded.warn());
        connection_recorder made(to, side::client, here, there, "");
        made.accepted();
        connection_recorder never(to, side::target, here, there, "");
        never.connecting();
    }
    CHECK(recorded.controls() == std::vector<int>{syn, syn | ack, ack, syn, fin | ack, ack});
}

TEST_CASE("an end that we made ourselves is not the peer's") {
    file recorded;
    {
        recorder to(recorded.path, recorded.warn());
        connection_recorder c(to, side::client, here, there, "");
        c.accepted();
        c.stops_reading();
        c.peer_ended();
        c.resets_on_close();
    }
    CHECK(recorded.controls() == std::vector<int>{syn, syn | ack, ack, rst | ack});
}

TEST_CASE("after a reset of the peer there is nothing more, and a failed send is one unless we have ended it") {
    file recorded;
    {
        recorder to(recorded.path, recorded.warn());
        connection_recorder c(to, side::client, here, there, "");
        c.accepted();
        c.send_failed();
        c.sends(octets{1});
        connection_recorder ended(to, side::client, here, there, "");
        ended.accepted();
        ended.ends();
        ended.send_failed();
    }
    CHECK(recorded.controls() == std::vector<int>{syn, syn | ack, ack, rst | ack, syn, syn | ack, ack, fin | ack, ack});
}

TEST_CASE("a socket for all addresses is shown with the one on the way to its peer, which is asked for once") {
    file recorded;
    int asked = 0;
    {
        recorder to(recorded.path, recorded.warn());
        datagram_recorder d(
            to, side::target, [&](socks5::address const&) { return ++asked, here.host; }, "");
        d.sent({socks5::ipv6{}, 7}, there, octets{1});
        d.received({socks5::ipv6{}, 7}, there, octets{1});
        d.sent({here.host, 7}, there, octets{1});
    }
    CHECK(asked == 1);
    auto const whole = recorded.read();
    for (auto const at : recorded.blocks())
        if (number(whole, at) == 6) CHECK(number(whole, at + 28 + 12) == 0x0100007f);
}

TEST_CASE("a full disk ends the recording, with one line") {
    file recorded;
    recorder to("/dev/full", recorded.warn());
    while (!to.is_over()) to.record(side::client, octets(100), "");
    to.record(side::client, octets(100), "");
    CHECK(recorded.said == "the recording to /dev/full has ended: No space left on device");
}

TEST_CASE("a file that cannot be written is an error at once") {
    CHECK_THROWS_WITH(recorder("/", {}), "cannot write --pcap /: Is a directory");
}

TEST_SUITE_END();
