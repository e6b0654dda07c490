#pragma once

#include "bench/dial.hpp"
#include "bench/modes.hpp"

#include <vector>

namespace bench {

/// How datagrams reach an origin: through the relay of a server, as long as this lives, or directly when there is no
/// server.
class association {
public:
    /// Throws a failure. `from`: the client's port.
    association(options const& given, std::uint16_t from, std::uint16_t origin);

    /// Where datagrams are sent to.
    sockaddr_in to() const { return to_; }

    /// What stands before the data, in both directions.
    std::vector<octet> const& header() const { return header_; }

private:
    task associate(sockaddr_in server, sockaddr_in from);

    sockaddr_in to_;
    std::vector<octet> header_;
    loop loop_;
    stream control_;
};

}  // namespace bench
