#!/bin/sh
# Installs what is missing, builds everything, runs every test; with --quick those for every day: unit, spec, tutorial,
# style. Other options go to CMake: sh tests/run.sh -DPLAINSOCKS_SANITIZE=thread
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/src/packages.sh"

quick=false
if [ "${1:-}" = --quick ]; then
    quick=true
    shift
fi
# shellcheck disable=SC2086 # a list of names
need $build_packages ninja-build libboost-coroutine-dev doctest-dev nlohmann-json3-dev curl netcat-openbsd \
    python3-pytest python3-pytest-xdist python3-socks python3-pyftpdlib iproute2 libfaketime openssh-client strace tshark
build=$top/.build/tests$(printf %s "$*" | tr -cs 'A-Za-z0-9' '-')
[ -f "$build/build.ninja" ] || rm -rf "$build"  # made for another tool, or half
cmake -G Ninja -S "$top" -B "$build" -DPLAINSOCKS_WERROR=ON "$@"
processors=$(getconf _NPROCESSORS_ONLN)
cmake --build "$build" --parallel "$processors"
cd "$build"
# So many at once because they wait for each other and for time limits, and seldom for a processor.
set -- ctest --output-on-failure --parallel "$((6 * processors))"
if $quick; then set -- "$@" --label-regex '^(unit|spec|tutorial|style)$'; fi
exec "$@"
