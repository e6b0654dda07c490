#include "program/console.hpp"

#include <poll.h>
#include <unistd.h>

#include <climits>
#include <csignal>
#include <tuple>

namespace plainsocks {

/// A pipe that can be written has room for PIPE_BUF octets.
std::size_t room(console to) {
    ::pollfd reader{int(to), POLLOUT, 0};
    return ::poll(&reader, 1, 0) == 1 ? PIPE_BUF : 0;
}

bool shows_colours(console to) { return ::isatty(int(to)) == 1; }

void write_at_once(std::string_view line) {
    if (room(console::error) > 0) std::ignore = ::write(STDERR_FILENO, line.data(), line.size());
}

void ignore_signals_of_writing() {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
}

}  // namespace plainsocks
