#!/bin/sh
# The coroutine server with Boost 1.81, where Asio's coroutines stand on Boost.Context, under the sanitizers of addresses and
# of undefined behaviour, which can follow them there: see boost-1.81.cpp. Debian's packages are only unpacked, because they
# exclude those of its usual Boost.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
processors=$(getconf _NPROCESSORS_ONLN)
build=$top/.build/boost-1.81
root=$build/packages

if [ ! -d "$root" ]; then
    rm -rf "$build/download"
    mkdir -p "$build/download"
    cd "$build/download"
    set -- libboost1.81-dev
    for library in atomic chrono context program-options thread; do
        set -- "$@" "libboost-${library}1.81-dev" "libboost-${library}1.81.0"
    done
    apt-get -qq download "$@" libboost-date-time1.81-dev libboost-system1.81-dev
    for package in *.deb; do dpkg -x "$package" "$build/unpacked"; done
    mv "$build/unpacked" "$root"
fi
cmake -G Ninja -S "$top" -B "$build/sanitized" -DCMAKE_BUILD_TYPE=Debug -DPLAINSOCKS_WERROR=ON \
    -DPLAINSOCKS_SANITIZE=address,undefined -DBOOST_ROOT="$root/usr" -DBoost_NO_SYSTEM_PATHS=ON
cmake --build "$build/sanitized" --parallel "$processors" --target plainsocks-coroutine unit_tests
cd "$build/sanitized"
# What another Boost may change: how coroutines wait, and how they end.
exec ctest --output-on-failure --parallel "$((6 * processors))" \
    -R '^(unit:|coroutine: (bind|connect|idle|limits|login|names|relay|shutdown|splice|udp|vanish)$)'
