#!/bin/sh
# Runs the tests, and shows which lines of src/ they have run. Fails when these are less than 95 of 100. Options go to
# CMake, as those of run.sh do.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/src/packages.sh"
need gcovr
sh "$top/tests/run.sh" -DPLAINSOCKS_COVERAGE=ON -DCMAKE_BUILD_TYPE=Debug "$@"
gcovr --root "$top" --filter "$top/src/" --fail-under-line 95 "$top/.build"
