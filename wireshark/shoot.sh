#!/bin/sh
# Makes the pictures anew: sh wireshark/shoot.sh [FOLDER]
# FOLDER, which must exist, is where they go instead of wireshark/pictures. Wireshark runs on a screen that nobody sees,
# with a copy of the profiles and a home of its own, so that nothing of whoever makes the pictures gets into them. Look at
# each of them afterwards. It takes wireshark, xvfb, xdotool, imagemagick, pngquant, fonts-dejavu-core.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$(cd "${1:-$here/pictures}" && pwd)
width=1600 height=1000 # of the screen

missing=
for command in wireshark:wireshark Xvfb:xvfb xdotool:xdotool import:imagemagick pngquant:pngquant; do
    command -v "${command%:*}" > /dev/null || missing="$missing ${command#*:}"
done
case $(fc-match monospace) in DejaVuSansMono*) ;; *) missing="$missing fonts-dejavu-core" ;; esac
[ -z "$missing" ] || { echo "Install first these packages of Debian:$missing" >&2; exit 1; }

files=$(mktemp -d)
screen='' program=''
finish() {
    [ -z "$program" ] || kill "$program" 2> /dev/null || :
    [ -z "$screen" ] || kill "$screen" 2> /dev/null || :
    wait
    rm -rf "$files"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# until_done COMMAND...: runs it every fifth of a second until it succeeds; gives up after 30 s.
until_done() {
    for _ in $(seq 150); do
        "$@" > /dev/null 2>&1 && return
        sleep 0.2
    done
    echo "This did not happen within 30 s: $*" >&2
    exit 1
}

# Two pictures of the screen, one after the other, are the same: Wireshark has nothing more to draw.
settled() {
    import -window root "$files/before.ppm"
    sleep 0.2
    import -window root "$files/after.ppm"
    cmp -s "$files/before.ppm" "$files/after.ppm"
}

# It is not as it was when it had last settled.
changed() {
    import -window root "$files/now.ppm"
    ! cmp -s "$files/after.ppm" "$files/now.ppm"
}

# act OPTION...: does that with keyboard or mouse by xdotool, and waits until it shows; 2 s if it shows nothing.
act() {
    xdotool "$@"
    for _ in $(seq 10); do
        changed && break
        sleep 0.2
    done
    until_done settled
}

# The mouse is where nothing is drawn in another colour because of it.
aside() {
    xdotool mousemove $((width - 1)) $((height - 1))
    until_done settled
}

# save NAME [WxH+X+Y]: the screen or that part of it, as a PNG of at most 256 colours.
save() {
    import -window root ${2:+-crop "$2" +repage} -strip "$files/$1.png"
    pngquant --force --strip --speed 1 --nofs --output "$folder/$1.png" 256 "$files/$1.png"
    echo "$1.png"
}

# focus NAME: the window whose name begins so gets the keyboard. Without a window manager nobody else sees to that.
focus() {
    until_done xdotool search --onlyvisible --name "^$1"
    window=$(xdotool search --onlyvisible --name "^$1" | head -n 1)
    xdotool windowfocus "$window"
    until_done settled
}

# begin CAPTURE OPTION...: starts Wireshark with it. Any second window would be a dialog that a reader would see too.
begin() {
    name=$1
    shift
    wireshark "$@" -r "$here/captures/$name" -o gui.update.enabled:FALSE > "$files/log" 2>&1 &
    program=$!
    focus "$name"
    windows=$(xdotool search --onlyvisible --name . | wc -l)
    [ "$windows" -eq 1 ] || { echo "Wireshark opened $windows windows" >&2; exit 1; }
    aside
}

end() {
    kill "$program"
    wait "$program" 2> /dev/null || :
    program=''
}

# size WIDTH HEIGHT: of the window that is opened next.
size() {
    printf '%s\n' 'privs.warn_if_elevated: FALSE' 'gui.geometry_main_x: 0' 'gui.geometry_main_y: 0' \
        "gui.geometry_main_width: $1" "gui.geometry_main_height: $2" 'gui.geometry_main_maximized: FALSE'
}

# shoot NAME PROFILE CAPTURE FRAME FRAMES FIELDS COLUMNS [whole]: a window as wide as a page, with what a page should show and
# no more: the frames FIRST-LAST, and of the columns those with the titles COLUMNS. If it is whole, then with what is around,
# and FIRST is 1. FRAME is chosen, and below it row 4 of the tree (0 frame, 1 Ethernet, 2 IP, 3 TCP or UDP, 4 SOCKS, or what
# Wireshark calls data), which is opened, and has so many FIELDS.
shoot() {
    first=${5%-*} last=${5#*-}
    if [ $# -eq 8 ]; then bars=TRUE above=$((menu + tools)) below=$status; else bars=FALSE above=$menu below=0; fi
    list=$(((last - first + 1) * row + heading)) details=$((($6 + 5) * row + 4))
    all=$((above + list + between + details + scrollbar + below))
    hidden=$(awk -F '"' -v shown=",$7," '/^\t/ && !index(shown, "," $2 ",") { printf "%s%s", comma, $4; comma = "," }' \
        "$here/profiles/$2/preferences")
    # Info takes what the others leave, and of a payload the beginning is enough.
    recent=$files/wireshark/profiles/$2/recent
    sed -e 's/%i, .*/%i, 100/' -e 's/\(tcp.payload", \).*/\1120,/' "$here/profiles/$2/recent" > "$recent"
    printf '%s\n' "gui.geometry_main_upper_pane: $list" "gui.geometry_main_lower_pane: $tree" \
        "gui.toolbar_main_show: $bars" "gui.filter_toolbar_show: $bars" "gui.statusbar_show: $bars" >> "$recent"
    size "$page" "$all" > "$files/wireshark/recent_common"
    filter="frame.number >= $first && frame.number <= $last"
    [ $bars = FALSE ] || filter= # it would be seen
    begin "$3" -C "$2" -g "$4" -o "gui.column.hidden:$hidden" -o gui.packet_list_show_minimap:FALSE \
        -o tcp.ignore_tcp_timestamps:TRUE -Y "$filter"
    xdotool mousemove $((tree / 2)) $((above + list + between + 6 * row)) click 1 # in the tree
    aside
    act key Home
    for _ in 1 2 3 4; do
        act key Down
    done
    act key shift+Right
    if [ $bars = TRUE ]; then save "$1" "${page}x$all+0+0"; else save "$1" "${page}x$((all - menu - scrollbar))+0+$menu"; fi
    end
}

export HOME="$files" XDG_RUNTIME_DIR="$files" LC_ALL=C.UTF-8 TZ=UTC QT_QPA_PLATFORM=xcb
unset XDG_CONFIG_HOME XDG_CURRENT_DESKTOP QT_STYLE_OVERRIDE QT_QPA_PLATFORMTHEME QT_SCALE_FACTOR
Xvfb -displayfd 3 -screen 0 "${width}x${height}x24" -nolisten tcp 3> "$files/display" 2> /dev/null &
screen=$!
until_done test -s "$files/display"
DISPLAY=:$(cat "$files/display")
export DISPLAY

export WIRESHARK_CONFIG_DIR="$files/wireshark"
mkdir "$files/wireshark"
cp -R "$here/profiles" "$files/wireshark/"
# In pixels, with that font: widths of the window and of the tree, and heights.
page=960 tree=350
menu=20 tools=77 status=20 heading=23 row=17 between=6 scrollbar=16

shoot handshake 'SOCKS5 handshake' login-accepted.pcap 10 1-15 6 'No.,From port,To port,Target,Port,Reply,Info' whole
shoot greeting 'SOCKS5 handshake' login-accepted.pcap 8 4-15 4 'No.,From port,To port,Methods offered,Method chosen,User,Info'
shoot refused 'SOCKS5 handshake' target-refused.pcap 11 4-14 6 'No.,From port,To port,Target,Port,Reply,Info'
shoot udp-relay 'SOCKS5 UDP relay' udp-dns.pcap 14 8-18 6 'No.,From port,To port,Target,Port,UDP length,Info'
shoot both-sides 'SOCKS5 both sides' half-close.pcap 12 8-24 6 'No.,Conn,From port,To port,Flags,Bytes,Info'
shoot bytes 'SOCKS5 bytes' octet-by-octet.pcap 10 1-12 2 'No.,From port,To port,Bytes,Payload,Info'

# The import, as somebody does it who has no profiles yet. The dialog shows the folder of the settings: not ours.
unset WIRESHARK_CONFIG_DIR
# shellcheck disable=SC2088 # a folder of that very name
export XDG_CONFIG_HOME='~/.config'
cd "$files"
mkdir -p ./"$XDG_CONFIG_HOME/wireshark"
size $width $height > ./"$XDG_CONFIG_HOME/wireshark/recent_common"
begin login-accepted.pcap
act key alt+e
act key Up
act key Up # from the top to the bottom, and one more
save import-1 800x580+0+0
act key Return

focus 'Wireshark · Configuration Profiles'
eval "$(xdotool getwindowgeometry --shell "$window")" # sets X, Y, WIDTH, HEIGHT
# shellcheck disable=SC2153 # not a misspelling
right=$((X + WIDTH)) bottom=$((Y + HEIGHT))
act mousemove $((right - 305)) $((bottom - 25)) click 1 # Import
act key Down
act key Down
save import-2 "${WIDTH}x$((HEIGHT + 50))+$X+$Y"
act key Return
focus 'Select directory'
act type "$here"
act key Return
focus 'Importing profiles'
aside
save import-3 "${WIDTH}x$HEIGHT+$X+$Y"
act key Return
act mousemove $((right - 405)) $((bottom - 25)) click 1 # OK
act mousemove $((width - 80)) $((height - 12)) click 1 # the name of the profile
for _ in 1 2 3 4; do
    act key Down # to SOCKS5 handshake
done
save import-4 480x240+$((width - 480))+$((height - 240))
end
