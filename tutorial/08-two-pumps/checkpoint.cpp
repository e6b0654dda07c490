/// Checkpoint 8: a complete proxy for CONNECT. BIND and UDP ASSOCIATE are turned off.
#include "checkpoint.hpp"

int main(int argc, char** argv) {
    session::settings settings;
    settings.offer_bind = false;
    settings.offer_udp = false;
    return checkpoint::run_sessions(argc, argv, settings);
}
