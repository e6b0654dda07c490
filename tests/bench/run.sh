#!/bin/sh
# Builds plainsocks and the bench, installs what is missing (Debian), and measures plainsocks, with threads and with
# coroutines, microsocks and danted.
# Options go to bench.py: sh tests/bench/run.sh --rounds 2 bulk
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
. "$top/src/packages.sh"
build=$top/.build/bench

# shellcheck disable=SC2086 # a list of names
need $build_packages libboost-coroutine-dev doctest-dev nlohmann-json3-dev python3 microsocks libwrap0 iproute2 gnuplot-nox
PATH=$PATH:/usr/sbin:/sbin
cmake -S "$top" -B "$build" -DCMAKE_BUILD_TYPE=Release -DPLAINSOCKS_WERROR=ON
cmake --build "$build" --parallel "$(getconf _NPROCESSORS_ONLN)" --target plainsocks plainsocks-coroutine socks5bench

# Dante's package would start a service. So it is only unpacked.
if ! command -v danted > /dev/null; then
    mkdir -p "$build/dante"
    (cd "$build/dante" && apt-get -qq download dante-server && dpkg -x dante-server_*.deb .)
    PATH=$PATH:$build/dante/usr/sbin
fi

PLAINSOCKS=${PLAINSOCKS:-$build/src/plainsocks}
export PATH PLAINSOCKS
exec /usr/bin/python3 -B "$here/bench.py" --program "$build/tests/socks5bench" --out "$build/results" "$@"
