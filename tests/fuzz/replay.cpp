/// A fuzz test without a fuzzer: every file of the folder that is named on the command line is an input.
#include "fuzz.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

int main(int argc, char** argv) {
    expect(argc == 2, "a folder is given");
    std::size_t count = 0;
    for (auto const& entry : std::filesystem::directory_iterator(argv[1])) {
        std::cout << entry.path().filename() << std::endl;  // a crash comes after the name of its input
        std::ifstream file(entry.path(), std::ios::binary);
        fuzz({std::istreambuf_iterator<char>(file), {}});
        ++count;
    }
    expect(count > 0, "there are seeds");
}
