"""Draws how many cases of socks5spec pass after each chapter, from the list that the program prints. That they do pass,
test_ladder.py tells."""
import re
import subprocess

from drawing import MARGIN, SANS, WIDTH, svg, text
from pages import TUTORIAL
from servers import SPEC

PICTURE = TUTORIAL / "score.svg"
HEAD, ROW, BAR = 50, 30, 20
NUMBERS, LETTER, RIGHT = 42, 8.4, 46  # left of the names; of a name, at most; right of the bars
STYLE = f"""
text {{ font-family: {SANS}; fill: var(--ink); font-size: 15px; }}
.title {{ font-weight: bold; }}
.number {{ text-anchor: end; }}
.before {{ fill: var(--weak); }}
.new {{ fill: var(--strong); }}
"""


def listed():
    """Number and name of each chapter that has cases, and how many."""
    out = subprocess.run([SPEC, "--list"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True).stdout
    chapters = re.findall(r"^(\d\d) (.+)\n((?:  .*\n?)*)", out, re.M)
    return [(int(number), name, len(re.findall(r"^  \S", cases, re.M))) for number, name, cases in chapters]


def draw(chapters):
    """An SVG. Of each chapter a bar: pale for what has passed before, and behind it, what is new."""
    left = NUMBERS + LETTER * max(len(name) for _, name, _ in chapters) + 8
    scale = (WIDTH - left - RIGHT - MARGIN) / sum(new for _, _, new in chapters)
    lines, before = [text("title", MARGIN + 4, 26, "Cases of socks5spec that pass, chapter by chapter")], 0
    for row, (number, name, new) in enumerate(chapters):
        y = HEAD + row * ROW
        lines += [text("number", NUMBERS - 10, y + 15, str(number)), text("name", NUMBERS, y + 15, name)]
        for kind, begin, cases in (("before", 0, before), ("new", before, new)):
            x, width = left + begin * scale, cases * scale
            lines.append(f'<rect class="{kind}" x="{x:.1f}" y="{y}" width="{width:.1f}" height="{BAR}"/>')
        before += new
        lines.append(text("number", WIDTH - MARGIN - 4, y + 15, str(before)))
    return svg(HEAD + ROW * len(chapters) + 4, STYLE, lines)
