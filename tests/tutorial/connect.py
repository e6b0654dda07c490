"""Draws a CONNECT from `accept` to the last FIN, in motion: each arrow is a frame of a recording, with its octets.

Without motion, where a reader wants none, the whole is there at once."""
import re
from dataclasses import dataclass
from html import escape

import pcap
from drawing import ADVANCE, MARGIN, MONO, SANS, WIDTH, svg, text
from pages import TOP, TUTORIAL

CAPTURE = TOP / "wireshark" / "captures" / "connect-ipv4.pcap"
PICTURE = TUTORIAL / "01-first-proxy" / "connect.svg"
AT_REST = ("A CONNECT, from `accept` to the last FIN", "In the boxes: the call that the proxy is in.")


@dataclass
class Step:
    frames: list  # of the capture, in their order
    name: str  # of the message, "" where frames show all that there is
    call: str  # of the proxy
    says: str  # what happens
    waits: str  # which call waits for it
    until: int = 0  # the call waits until so many of the frames have arrived


STEPS = [
    Step([1, 2, 3], "", "accept", "A client connects: SYN, SYN-ACK, ACK.",
         "`accept` has waited for it, and returns a socket.", 3),
    Step([4], "greeting", "read(2)", "The greeting: version 5, and two methods.",
         "`read(2)` waits for 05 02, and again for 00 01.", 1),
    Step([6], "method selection", "write", "The answer: version 5, method 00, no login.",
         "`write` leaves it to the system. Nobody waits."),
    Step([8], "request", "read(3)", "The request: CONNECT to 127.0.0.2, port 80.",
         "`read(3)` waits, then `read(1)`, `read(4)`, `read(2)`.", 1),
    Step([9, 10, 11], "", "connect", "The proxy makes a second connection.",
         "`connect` waits for the SYN-ACK of the target.", 2),
    Step([12], "reply", "write", "The reply: succeeded, and the proxy's own end.",
         "Not sooner: now it is known. Two pumps begin."),
    Step([13, 14], "data", "read_some", "Data up, as they come.",
         "`read_some` of one pump waits for the client.", 1),
    Step([16, 18], "data", "read_some", "Data down. To the proxy they are only octets.",
         "`read_some` of the other waits for the target.", 1),
    Step([19, 21], "data", "read_some", "And more data down.",
         "Both pumps wait in `read_some`, whoever speaks.", 1),
    Step([23, 24], "end", "read_some", "The client is done: FIN, passed on as FIN.",
         "`read_some` says eof. This pump calls `shutdown`.", 1),
    Step([25, 27], "end", "read_some", "So is the target: the last FIN, passed on.",
         "eof again: both pumps have ended, and all is closed.", 1),
]

HEAD, ROW, CAPTION = 40, 46, 58  # above all; a step; below all
SECOND, BELOW, TOGETHER = 17, 16, 8  # a second line of octets; a line below an arrow; an arrow below another
CLIENT, PROXY, TARGET = 36, 238, 424  # where their lines are
IN_A_LINE = 17  # letters above an arrow
CALL = 12.5  # size of the letters in the boxes
STEP, PAUSE = 2.1, 1.9  # seconds
LOOP = STEP * len(STEPS) + PAUSE
STYLE = f"""
text {{ font-family: {SANS}; fill: var(--ink); text-anchor: middle; }}
.who {{ font-size: 15px; font-weight: bold; }}
.octets, .call, .code {{ font-family: {MONO}; }}
.octets {{ font-size: 14px; }}
.name {{ font-size: 12.5px; fill: var(--faint); }}
.call {{ font-size: {CALL}px; }}
.box {{ fill: var(--call); stroke: var(--line); }}
.life {{ stroke: var(--line); stroke-dasharray: 2 4; }}
.line {{ stroke: var(--strong); stroke-width: 2; }}
.head {{ fill: var(--strong); }}
.says, .waits {{ text-anchor: start; font-size: 15px; }}
.says {{ font-weight: bold; }}
.moves.caption {{ opacity: 0; }}
"""
MOTION = f"""
@media (prefers-reduced-motion: no-preference) {{
.rest {{ display: none; }}
.line {{ stroke-dasharray: 1; }}
.moves {{ animation-duration: {LOOP:g}s; animation-iteration-count: infinite; }}
"""


def percent(seconds):
    return f"{100 * seconds / LOOP:.2f}%"


def shown(begin, end, before="", after=""):
    """For @keyframes: not to be seen, then from `before` to `after` in that time; so it stays until all begins anew."""
    return (f"0%, {percent(begin)} {{ opacity: 0; {before} }} {percent(begin + 0.01)} {{ opacity: 1; }} "
            f"{percent(end)}, {percent(LOOP - 0.4)} {{ opacity: 1; {after} }} 100% {{ opacity: 0; {after} }}")


def flags(frame):
    names = {pcap.BEGIN: "SYN", pcap.BEGIN | pcap.ACK: "SYN-ACK", pcap.ACK: "ACK", pcap.END | pcap.ACK: "FIN"}
    return names[frame.flags]


def lines_of(frame):
    """What stands above an arrow: octets, or their first line if they are text, or the flags of TCP."""
    if not frame.octets:
        return [flags(frame)]
    first = frame.octets.split(b"\n")[0].rstrip(b"\r")
    if re.fullmatch(rb"[ -~]+", first):
        return [first.decode()]
    octets = frame.octets.hex(" ")
    if len(octets) <= IN_A_LINE:
        return [octets]
    return [frame.octets[:4].hex(" "), frame.octets[4:].hex(" ")]  # up to ATYP, and the address


def rich(kind, y, words):
    """Words, and `code` among them."""
    parts = [f'<tspan class="code">{part}</tspan>' if number % 2 else part
             for number, part in enumerate(escape(words, quote=False).split("`"))]
    return f'<text class="{kind}" x="{MARGIN + 4}" y="{y}">{"".join(parts)}</text>'


class Drawing:
    """What has been drawn so far, and how it moves."""

    def __init__(self):
        self.lines, self.motion = [], []
        self.frames = pcap.frames(CAPTURE)
        clients = pcap.clients(self.frames)
        target = next(frame.target for frame in self.frames if frame.flags == pcap.BEGIN and frame.target != pcap.DOOR)
        self.lives = dict.fromkeys(clients, CLIENT) | {target: TARGET}  # the other ends are the proxy's

    def moving(self, name, keyframes):
        """The attributes of what moves so."""
        self.motion += [f"@keyframes {name} {{ {keyframes} }}", f".{name} {{ animation-name: {name}; }}"]
        return f"moves {name}"

    def arrow(self, number, y, above, below, begin, end):
        """It is drawn from its sender on, and its head and its octets move along."""
        frame = self.frames[number - 1]
        start, stop = self.lives.get(frame.source, PROXY), self.lives.get(frame.target, PROXY)
        # the octets are beside the boxes of the calls
        middle = (CLIENT + PROXY - 40) / 2 if CLIENT in (start, stop) else (PROXY + 40 + TARGET) / 2
        way = 1 if stop > start else -1
        start, stop = start + way * 3, stop - way * 3
        moves = self.moving(f"frame{number}", shown(
            begin, end, "stroke-dashoffset: 1; transform: translateX(var(--from));", "stroke-dashoffset: 0; transform: none;"))
        self.lines += [
            f'<path class="line {moves}" style="--from: 0px" pathLength="1" d="M{start} {y}H{stop - way * 8}"/>',
            f'<path class="head {moves}" style="--from: {start - stop}px" d="M{stop} {y}l{-10 * way} -5v10z"/>']
        words = [text("octets", middle, y - 7 - SECOND * at, line) for at, line in enumerate(reversed(above))]
        if below:
            words.append(text("name", middle, y + 15, below))
        if words:
            self.lines += [f'<g class="{moves}" style="--from: {(start - stop) // 2}px">', *words, "</g>"]

    def call(self, index, step, y, begin, end):
        """The box on the proxy's line. While the call waits, it is of another colour."""
        moves = self.moving(f"call{index}", shown(begin, begin + 0.2))
        before = "fill: var(--waits);" if step.until else ""
        fills = self.moving(f"box{index}", f"0%, {percent(end)} {{ {before} }} "
                                           f"{percent(end + 0.15)}, 100% {{ fill: var(--call); }}")
        size = round(CALL * ADVANCE * len(step.call)) + 10
        left, top = PROXY - size / 2, y - 29
        self.lines += [f'<g class="{moves}">',
                       f'<rect class="box {fills}" x="{left:g}" y="{top}" width="{size}" height="20" rx="4"/>',
                       text("call", PROXY, top + 14, step.call), "</g>"]

    def step(self, index, step, y, begin):
        """Returns where the next one is."""
        frames = [self.frames[number - 1] for number in step.frames]
        together = not step.name  # a handshake of TCP: its arrows are close, under one line of text
        above = [" ".join(map(flags, frames))] if together else lines_of(frames[0])
        y += ROW + SECOND * (len(above) - 1) - BELOW
        times = [begin + 0.4 + (0.35 if together else 0.65) * at for at in range(len(frames) + 1)]
        self.call(index, step, y, begin, times[step.until])
        for at, (number, frame) in enumerate(zip(step.frames, frames)):
            below = f"{len(frame.octets)} octets" if step.name == "data" else step.name
            words = above if not together or at == 0 else []
            self.arrow(number, y + (at * TOGETHER if together else 0), words, below, times[at], times[at + 1])
        return y + (TOGETHER * len(frames) if together else BELOW)

    def caption(self, index, step, y, begin):
        """What stands below all, as long as the step takes; the last one, until all begins anew."""
        end = begin + STEP if index + 1 < len(STEPS) else LOOP - 0.4
        moves = self.moving(f"caption{index}", f"0%, {percent(begin)} {{ opacity: 0; }} "
                                               f"{percent(begin + 0.01)}, {percent(end - 0.01)} {{ opacity: 1; }} "
                                               f"{percent(end)}, 100% {{ opacity: 0; }}")
        self.lines += [f'<g class="caption {moves}">', rich("says", y, step.says), rich("waits", y + 22, step.waits),
                       "</g>"]


def draw():
    """The SVG."""
    drawing, y = Drawing(), HEAD
    for index, step in enumerate(STEPS):
        y = drawing.step(index, step, y, index * STEP)
    lives = [f'<path class="life" d="M{x} {HEAD - 8}V{y + 8}"/>' for x in (CLIENT, PROXY, TARGET)]
    names = [text("who", x, 22, who) for x, who in ((CLIENT, "client"), (PROXY, "proxy"), (TARGET, "target"))]
    y += 32
    for index, step in enumerate(STEPS):
        drawing.caption(index, step, y, index * STEP)
    rest = ['<g class="rest">', rich("says", y, AT_REST[0]), rich("waits", y + 22, AT_REST[1]), "</g>"]
    style = STYLE + MOTION + "\n".join([*drawing.motion, "}"])
    return svg(y + CAPTION - 22, style, [*lives, *names, *drawing.lines, *rest])
