/// Checkpoint 10: CONNECT and BIND. UDP ASSOCIATE is turned off.
#include "checkpoint.hpp"

int main(int argc, char** argv) {
    session::settings settings;
    settings.offer_udp = false;
    return checkpoint::run_sessions(argc, argv, settings);
}
