#!/bin/sh
# Installs what is missing, builds the tester of SOCKS5 servers and nothing else, and lets it judge with the options given
# here: sh tests/spec.sh --until 3
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/src/packages.sh"

need g++ make cmake libboost-dev libboost-program-options-dev doctest-dev nlohmann-json3-dev
build=$top/.build/spec
program=$build/tests/socks5spec
mkdir -p "$build"
[ -x "$program" ] || echo "Building socks5spec. It takes a minute, once." >&2
{
    [ -f "$build/Makefile" ] || cmake -G 'Unix Makefiles' -S "$top" -B "$build" -DPLAINSOCKS_ONLY_SPEC=ON
    cmake --build "$build" --parallel "$(getconf _NPROCESSORS_ONLN)" --target socks5spec
} > "$build/log" 2>&1 || {
    cat "$build/log" >&2
    exit 1
}
exec "$program" "$@"
