/// What the system knows of the streams that we write to, and std::ostream does not.
#pragma once

#include <cstddef>
#include <string_view>

namespace plainsocks {

enum class console { output = 1, error = 2 };  ///< std::cout and std::cerr, as the system numbers them

/// How many octets can be written without waiting for a reader. 0 when the reader has to read first.
std::size_t room(console to);

/// Is it a terminal?
bool shows_colours(console to);

/// Writes to the standard error past std::cerr, whose lock another thread may hold; or not at all, if that had to wait.
void write_at_once(std::string_view line);

/// After this, a terminal that has gone, or a file that may not grow any more, ends no program: the write fails.
void ignore_signals_of_writing();

}  // namespace plainsocks
