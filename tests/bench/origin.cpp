#include "bench/origin.hpp"

#include <array>

namespace bench {

origin::origin(failures& failed) : failed_(failed), listener_(loop_, listening()), port_(port_of(listener_.number())) {
    loop_.start(accept());
    thread_ = std::jthread([this](std::stop_token const& stop) { loop_.run(stop); });
}

task origin::accept() {
    try {
        for (;;) loop_.start(answer(co_await listener_.accept()));
    } catch (failure const& e) {
        failed_.add(std::string("origin: ") + e.what());
    }
}

task origin::answer(descriptor d) {
    stream s(loop_, std::move(d));
    std::array<octet, 512> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): written before it is read
    try {
        while (auto const n = co_await s.read(buffer, 1)) {
            auto const came = std::span(buffer).first(n);
            next_octets(came);
            co_await s.write(came);
        }
    } catch (failure const&) {  // the client's side sees it, too, and counts it
    }
}

}  // namespace bench
