#!/bin/sh
# Installs what is missing, builds everything, runs every test. Options go to CMake: sh tests/run.sh -DPLAINSOCKS_SANITIZE=thread
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/src/packages.sh"

# shellcheck disable=SC2086 # a list of names
need $build_packages libboost-coroutine-dev doctest-dev nlohmann-json3-dev curl netcat-openbsd python3-pytest python3-socks python3-pyftpdlib \
    iproute2 libfaketime openssh-client tshark
build=$top/.build/tests$(printf %s "$*" | tr -cs 'A-Za-z0-9' '-')
cmake -S "$top" -B "$build" -DPLAINSOCKS_WERROR=ON "$@"
cmake --build "$build" --parallel "$(getconf _NPROCESSORS_ONLN)"
cd "$build"
exec ctest --output-on-failure --parallel "$(getconf _NPROCESSORS_ONLN)"
