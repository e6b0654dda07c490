/// The plainest uses of a server: cases on which others stand. When one of them fails, it alone is worth reading.
#pragma once

#include <array>

namespace spec {

/// A case, by the name that its CLAUSE gives it.
struct plain_use {
    char const* name;
    int chapter;
};

namespace plain {

inline constexpr plain_use greeting{"1928-3 MUST one method offered", 4};
inline constexpr plain_use login{"1929-2 MUST the right name and password", 4};
inline constexpr plain_use connect{"1928-5 MUST an IPv4 address", 5};
inline constexpr plain_use reply{"1928-6 MUST the reply to a success is whole, and single", 6};
inline constexpr plain_use data{"1928-6 MUST data pass in both directions", 8};
inline constexpr plain_use first_bind_reply{"1928-6 MUST the first reply says where the server listens", 10};
inline constexpr plain_use second_bind_reply{"1928-6 MUST the second reply says who came", 10};
inline constexpr plain_use udp_reply{"1928-6 MUST the reply says where to send datagrams", 11};
inline constexpr plain_use datagram{"1928-7 MUST a datagram to an IPv4 target, and back", 11};

inline constexpr std::array all{greeting,          login,     connect, reply, data, first_bind_reply,
                                second_bind_reply, udp_reply, datagram};

}  // namespace plain

/// What this case tries from now on can succeed only when the plainest use does.
void stands_on(plain_use const& use);

}  // namespace spec
