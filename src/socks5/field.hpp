/// A message, field by field, as the trace shows it.
#pragma once

#include "socks5/text.hpp"

#include <string>
#include <vector>

namespace socks5 {

/// One field of a message under the name that the RFC gives it.
struct field {
    std::string name;
    octets value;         ///< the octets as they are on the wire
    std::string meaning;  ///< what they say, in words
    bool secret = false;  ///< a password: neither `value` nor its length may be shown
};

/// The fields of a message in the order of the wire; their values, joined, are the octets of the message.
using fields = std::vector<field>;

}  // namespace socks5
