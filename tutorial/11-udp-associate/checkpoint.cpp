/// Checkpoint 11: all three commands. What plainsocks has more than this are options, a log, and a way to stop.
#include "checkpoint.hpp"

int main(int argc, char** argv) { return checkpoint::run_sessions(argc, argv, {}); }
