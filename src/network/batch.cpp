#include "network/batch.hpp"

namespace network {

void batch::receive(udp::socket& from, error_code& error) {
    sizes_[0] = from.receive_from(asio::buffer(data(0), largest), peers_[0], 0, error);
    first_ = 0;
    last_ = error ? 0 : 1;
}

bool batch::send(udp::socket& from) {
    for (; !empty(); ++first_) {
        error_code lost;
        from.send_to(asio::buffer(data(first_), sizes_[first_]), peers_[first_], 0, lost);
        if (lost == asio::error::would_block) return false;
    }
    first_ = last_ = 0;
    return true;
}

}  // namespace network
