#include "capture/pcapng.hpp"

#include <string>

namespace capture::pcapng {

namespace {

/// The octets of a block between its two lengths. Numbers have the low octet first; section_header() says so.
class body {
public:
    body& number(std::uint64_t value, std::size_t size) {
        for (std::size_t i = 0; i < size; ++i) octets_.push_back(static_cast<octet>(value >> 8 * i));
        return *this;
    }

    body& padded(std::span<octet const> data) {
        octets_.insert(octets_.end(), data.begin(), data.end());
        octets_.resize((octets_.size() + 3) / 4 * 4);
        return *this;
    }

    body& option(std::uint16_t code, std::string_view value) {
        octets const data(value.begin(), value.end());
        return number(code, 2).number(value.size(), 2).padded(data);
    }

    /// Ends the options. One that means nothing makes the size of the block a multiple of the unit; zeros behind the
    /// last one would do for newer readers, but not for Wireshark 3.4.
    body& end_of_options() {
        constexpr std::size_t header = 4, end = 4;
        auto const gap = (unit - (octets_.size() + end + around) % unit) % unit;
        if (gap > 0) option(of_local_use, std::string(gap - header, ' '));
        return option(0, "");
    }

    /// The whole block.
    octets block(std::uint32_t type) const {
        auto const length = octets_.size() + around;
        return body().number(type, 4).number(length, 4).padded(octets_).number(length, 4).octets_;
    }

private:
    static constexpr std::size_t around = 12;              ///< octets: type, length, and length again
    static constexpr std::uint16_t of_local_use = 0x8000;  ///< readers skip the options that they do not know

    octets octets_;
};

}  // namespace

octets section_header(std::string_view program) {
    constexpr std::uint64_t unknown_length = ~std::uint64_t{0};
    constexpr std::uint16_t user_application = 4;
    return body()
        .number(0x1a2b3c4d, 4)
        .number(1, 2)
        .number(0, 2)
        .number(unknown_length, 8)
        .option(user_application, program)
        .end_of_options()
        .block(0x0a0d0d0a);
}

octets interface_description(std::string_view name) {
    constexpr std::uint16_t raw_ip = 101;  // LINKTYPE_RAW
    constexpr std::uint16_t if_name = 2, if_tsresol = 9;
    return body()
        .number(raw_ip, 2)
        .number(0, 2)
        .number(0, 4)  // packets may have any size
        .option(if_name, name)
        .option(if_tsresol, "\x09")  // times are nanoseconds
        .end_of_options()
        .block(1);
}

octets enhanced_packet(std::uint32_t interface, std::chrono::nanoseconds time, std::span<octet const> packet,
                       std::string_view comment) {
    constexpr std::uint16_t opt_comment = 1;
    auto const ns = static_cast<std::uint64_t>(time.count());
    body whole;
    whole.number(interface, 4).number(ns >> 32, 4).number(ns, 4);
    whole.number(packet.size(), 4).number(packet.size(), 4).padded(packet);
    if (!comment.empty()) whole.option(opt_comment, comment);
    return whole.end_of_options().block(6);
}

octets filler(std::size_t size) {
    constexpr std::uint32_t of_local_use = 0x80000000;  // readers skip the types that they do not know
    return body().padded(octets(size - 12)).block(of_local_use);
}

}  // namespace capture::pcapng
