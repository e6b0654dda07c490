#!/bin/sh
# Runs the tests and shows which lines of src/ they run. Fails when it is less than 95 of 100.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/src/packages.sh"
need gcovr
set -- -DPLAINSOCKS_COVERAGE=ON -DCMAKE_BUILD_TYPE=Debug
sh "$top/tests/run.sh" "$@"
cd "$top"
gcovr --root . --filter src/ --exclude-throw-branches --fail-under-line 95 --txt-metric line .build/tests-DPLAINSOCKS_COVERAGE-ON-DCMAKE_BUILD_TYPE-Debug
