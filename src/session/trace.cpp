#include "session/trace.hpp"

namespace session {

namespace {

constexpr std::size_t octets_per_line = 16;

struct row {
    std::string octets, name, meaning;
};

/// A long field takes several rows, its name and meaning stand in the first. A password takes one, whatever its length.
std::vector<row> rows(socks5::fields const& fields) {
    std::vector<row> all;
    for (auto const& field : fields) {
        if (field.secret) {
            all.push_back({"***", field.name, "*** (" + field.meaning + ")"});
            continue;
        }
        all.push_back({"", field.name, field.meaning});
        for (std::size_t i = 0; i < field.value.size(); i += octets_per_line) {
            if (i > 0) all.push_back({});
            auto const first = field.value.begin() + static_cast<std::ptrdiff_t>(i);
            auto const count = std::min(octets_per_line, field.value.size() - i);
            all.back().octets = socks5::hex(socks5::octets(first, first + static_cast<std::ptrdiff_t>(count)));
        }
    }
    return all;
}

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(width, text.size()), ' ');
    return text;
}

}  // namespace

std::string trace::picture(std::size_t number, std::string_view direction, std::string_view title,
                           socks5::fields const& fields) const {
    auto const paint = [&](std::string const& colour, std::string const& text) {
        return colour_ ? "\033[" + colour + 'm' + text + "\033[0m" : text;
    };
    auto const all = rows(fields);
    std::size_t width = 0;
    for (auto const& r : all) width = std::max(width, r.octets.size());
    auto const id = '#' + std::to_string(number) + ' ';
    auto text = id + paint("1", std::string(direction) + "  " + std::string(title)) + '\n';
    for (auto const& r : all) {
        auto line = id + "    " + paint("33", padded(r.octets, width));
        if (!r.name.empty()) line += "  " + paint("36", padded(r.name, 8)) + "  " + r.meaning;
        text += line + '\n';
    }
    return text;
}

}  // namespace session
