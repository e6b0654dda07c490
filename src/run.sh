#!/bin/sh
# Installs what is missing, builds plainsocks, and starts it with the options given here.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/src/packages.sh"

# shellcheck disable=SC2086 # a list of names
need $build_packages
build=$top/.build/release
mkdir -p "$build"
[ -x "$build/src/plainsocks" ] || echo "Building plainsocks. It takes a minute, once." >&2
{
    [ -f "$build/Makefile" ] || cmake -G 'Unix Makefiles' -S "$top" -B "$build" -DPLAINSOCKS_TESTS=OFF
    cmake --build "$build" --parallel "$(getconf _NPROCESSORS_ONLN)" --target plainsocks
} > "$build/log" 2>&1 || {
    cat "$build/log" >&2
    exit 1
}
exec "$build/src/plainsocks" "$@"
