#include "network/pipe.hpp"

namespace network {

pipe::pipe(std::atomic<int>& permits, stream& from, stream& to) : permits_(permits), from_(from), to_(to) {}
pipe::~pipe() { close(); }
void pipe::close() {}
std::optional<std::size_t> pipe::fill() { return 0; }
std::optional<std::size_t> pipe::drain(std::size_t most) { return most; }

}  // namespace network
