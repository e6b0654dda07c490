/// How libFuzzer calls a fuzz test. The name is libFuzzer's.
#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    fuzz({data, data + size});
    return 0;
}
