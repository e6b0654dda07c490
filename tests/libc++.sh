#!/bin/sh
# Another standard library, libc++, compiles all of src/, too: what is used must have been included, and be in the standard.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/src/packages.sh"
# shellcheck disable=SC2086 # a list of names
need $build_packages libboost-coroutine-dev clang-16 libc++-16-dev libc++abi-16-dev

cd "$top/src"
# Boost 1.74 uses what C++17 and C++20 have removed. Arrays and variants have no <=> in this libc++, so those of our types
# that are made of them have none there, either.
find . -name '*.cpp' -print0 | xargs -0 -n 1 -P "$(getconf _NPROCESSORS_ONLN)" \
    clang++-16 -stdlib=libc++ -std=c++20 -fsyntax-only -I. -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror \
    -Wno-defaulted-function-deleted -D_LIBCPP_ENABLE_CXX17_REMOVED_FEATURES -D_LIBCPP_ENABLE_CXX20_REMOVED_FEATURES \
    -DBOOST_ALLOW_DEPRECATED_HEADERS -DPLAINSOCKS_VERSION='"0"'
