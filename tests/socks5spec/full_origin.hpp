/// A target that says neither yes nor no.
#pragma once

#include "socks5spec/origin.hpp"

namespace spec {

/// A port whose queue of connections is full, so that connecting takes until somebody is accepted.
class full_origin {
public:
    full_origin();

    address where() const { return origin_.where(); }

    void let_in();

private:
    origin origin_{v4_loopback, 0};
    std::vector<tcp::socket> guests_;
};

}  // namespace spec
