# shellcheck shell=sh
# Sourced by run.sh here and in tests: need PACKAGE... installs what is missing of these Debian packages.

# shellcheck disable=SC2034 # used by both
build_packages='g++ make cmake libboost-dev libboost-thread-dev libboost-program-options-dev'

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo > /dev/null; then
        sudo "$@"
    else
        echo "This takes root: $*" >&2
        return 1
    fi
}

need() {
    if ! command -v apt-get > /dev/null || ! command -v dpkg-query > /dev/null; then
        command -v c++ > /dev/null && command -v cmake > /dev/null && return
        echo "This system has no apt-get. Install by its own means what Debian calls: $*" >&2
        return 1
    fi
    missing=
    for package in "$@"; do
        case $(dpkg-query -W -f '${Status}' "$package" 2> /dev/null) in
        *' installed') ;;
        *) missing="$missing $package" ;;
        esac
    done
    [ -n "$missing" ] || return 0
    echo "Installing$missing" >&2
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update >&2
    # shellcheck disable=SC2086 # a list of names
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends $missing >&2
}
