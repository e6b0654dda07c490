#include "capture/file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <tuple>

namespace capture {

static std::error_code last_error() { return {errno, std::generic_category()}; }

output_file::output_file(std::string const& path)
    : descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0) throw std::system_error(last_error(), "cannot write --pcap " + path);
}

output_file::~output_file() { ::close(descriptor_); }

std::error_code output_file::write(std::span<socks5::octet const> data, std::chrono::milliseconds patience) const {
    while (!data.empty()) {
        ::pollfd reader{descriptor_, POLLOUT, 0};  // only a pipe makes us wait; then it has room for PIPE_BUF octets
        if (::poll(&reader, 1, static_cast<int>(patience.count())) == 0) return make_error_code(std::errc::timed_out);
        auto const n = ::write(descriptor_, data.data(), std::min<std::size_t>(data.size(), PIPE_BUF));
        if (n >= 0)
            data = data.subspan(static_cast<std::size_t>(n));
        else if (errno != EINTR)
            return last_error();
    }
    return {};
}

void output_file::cut(std::uint64_t size) const { std::ignore = ::ftruncate(descriptor_, static_cast<::off_t>(size)); }

}  // namespace capture
