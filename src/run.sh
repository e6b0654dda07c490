#!/bin/sh
# Installs what is missing, builds plainsocks, and starts it with the options given here. PROGRAM=plainsocks-coroutine:
# that one instead.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/src/packages.sh"

program=${PROGRAM:-plainsocks}
build=$top/.build/release
if [ "$program" = plainsocks-coroutine ]; then
    build_packages="$build_packages libboost-coroutine-dev"
    build=$top/.build/release-coroutine
fi
# shellcheck disable=SC2086 # a list of names
need $build_packages
mkdir -p "$build"
[ -x "$build/src/$program" ] || echo "Building $program. It takes a minute, once." >&2
{
    [ -f "$build/Makefile" ] || cmake -G 'Unix Makefiles' -S "$top" -B "$build" -DPLAINSOCKS_TESTS=OFF
    cmake --build "$build" --parallel "$(getconf _NPROCESSORS_ONLN)" --target "$program"
} > "$build/log" 2>&1 || {
    cat "$build/log" >&2
    exit 1
}
exec "$build/src/$program" "$@"
