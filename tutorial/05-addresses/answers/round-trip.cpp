/// Answer to exercise 3 of chapter 5: names of all lengths go out and come back, without a network.
#include "socks5/address.hpp"
#include "tests/unit/fakes.hpp"

#include <iostream>

namespace {

bool survives(socks5::address const& sent) {
    fakes::reader read{socks5::octets_of(sent)};
    return socks5::address::receive(read) == sent && read.at == read.input.size();
}

}  // namespace

int main() {
    for (std::size_t length = 0; length <= 255; ++length)
        if (!survives({socks5::domainname{std::string(length, 'x')}, 8000})) return 1;
    std::cout << "256 names went out and came back\n";
}
