#include "socks5spec/full_origin.hpp"

namespace spec {

full_origin::full_origin() {
    for (int i = 0; i < 4; ++i) {
        auto guest = try_to_connect({to_ip(v4_loopback), origin_.port()}, clock::now() + 100ms);
        if (!guest) return;
        guests_.push_back(std::move(*guest));
    }
    not_run("this system takes more connections than it was told to");
}

void full_origin::let_in() {
    while (origin_.visited(10ms)) origin_.accept();
}

}  // namespace spec
