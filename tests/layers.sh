#!/bin/sh
# The layers keep apart, and no file is too long to be read in one go. Run with the folder src as argument.
set -u
cd "$1" || exit 1
wrong=0

forbid() { # WHAT PATTERN FILE...
    what=$1 pattern=$2
    shift 2
    grep -rnE "$pattern" "$@" && echo "^ $what" && wrong=1
}

forbid 'The protocol and the session know no sockets.' 'asio|sys/socket|netinet|boost' socks5 session
forbid 'The protocol knows nothing of the other layers.' '#include "(session|network|capture|program)' socks5
forbid 'The protocol knows no threads.' '#include <(thread|mutex|atomic|future|condition_variable)>' socks5
forbid 'Session, network and capture stand side by side on the protocol.' '#include "(network|capture|program)' session
forbid 'Session, network and capture stand side by side on the protocol.' '#include "(session|capture|program)' network
forbid 'Session, network and capture stand side by side on the protocol.' '#include "(session|network|program)' capture
forbid 'A coroutine could not be left in there: catch std::exception.' 'catch \(\.\.\.\)' socks5 session network capture
forbid 'What differs between systems is in files that CMake chooses.' '__linux__|_WIN32|__APPLE__' .

# What includes the one without the other would take stacks from another place than it gives them back to.
grep -rl 'boost/asio/spawn.hpp' . | grep -vx './network/spawn.hpp' && echo '^ include network/spawn.hpp instead' && wrong=1

for file in *.?pp */*.?pp; do
    lines=$(wc -l < "$file")
    [ "$lines" -le 200 ] || { echo "$file has $lines lines, 200 are the most."; wrong=1; }
done
exit $wrong
