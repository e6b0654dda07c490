#!/bin/sh
# Records the captures anew: PLAINSOCKS=.build/release/src/plainsocks sh wireshark/record.sh [FOLDER]
# PLAINSOCKS is the program. FOLDER, which must exist, is where they go instead of wireshark/captures.
# With ZOO=.build/tests/tests/zoo it records the riddles of chapter 13 of the tutorial instead; FOLDER is
# tutorial/13-reading-the-wire then.
# It is done in a network with nothing but a loopback, where port 10800 is free, and takes no root where the kernel lets
# everybody have such a network. It takes tshark, curl, iproute2, python3-pyftpdlib.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$(cd "${1:-$here/captures}" && pwd)
program=$(realpath "${PLAINSOCKS:?is not set: the path of the program to record}")
[ -x "$program" ] || { echo "PLAINSOCKS: there is no program $program" >&2; exit 1; }

as_root=
[ "$(id -u)" -eq 0 ] || as_root=--map-root-user
files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT
printf '%s\n' '127.0.0.1 localhost' '::1 ip6-localhost' '127.0.0.2 www.example ns.example' > "$files/hosts"
echo 'hosts: files' > "$files/nsswitch.conf"

# HOME: where tshark would look for the settings of whoever records.
# shellcheck disable=SC2016,SC2086 # $1 is that of the inner shell; an option or none
PLAINSOCKS=$program PYTHONPATH=$here/../tests/blackbox HOME=$files unshare $as_root --net --mount sh -euc '
mount --bind "$1/hosts" /etc/hosts
mount --bind "$1/nsswitch.conf" /etc/nsswitch.conf
ip link set lo up
exec /usr/bin/python3 -B "$2" "$3"' sh "$files" "$here/record.py" "$folder"
