/// How a case says which sentence of which RFC it tries.
#pragma once

#include "socks5spec/tunnel.hpp"

#include <doctest/doctest.h>

// CLAUSE("1928-3", MUST, "title", "what the RFC demands, in our words") { ... }
//
// The section is the number of the RFC and of its section. The level:
//   MUST    the RFC says so, with that word or by drawing the message or describing what happens
//   SHOULD  the RFC recommends it
//   MAY     the RFC leaves it open; what most would expect
//   SENSE   common sense: no RFC says it, and users suffer where it is missing
// A case is made of steps, each of which ends the case by fail(), not_supported() or not_run(); or it passes.
#define CLAUSE(section, level, title, demand) TEST_CASE(section " " #level " " title* doctest::description(demand))
