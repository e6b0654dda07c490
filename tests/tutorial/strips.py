"""Draws the octets of a message: a box for each, a colour for each field, and the field's name across its boxes."""
from itertools import groupby

from drawing import ADVANCE, FIELDS, MARGIN, MONO, WIDTH, svg, text

BOX, HEIGHT = 44, 36  # of an octet
CAPTION, NAMES, GAP = 34, 34, 10  # above all; below a row, with the bracket; between rows
ROOM = WIDTH - 2 * MARGIN  # ten boxes: a reply with an IPv4 address is one row
SIZE = 15  # of the names
STYLE = f"""
text {{ font-family: {MONO}; text-anchor: middle; fill: var(--ink); }}
.octet {{ font-size: 21px; }}
.name {{ font-size: {SIZE}px; }}
.way {{ font-size: 14px; text-anchor: start; fill: var(--faint); }}
.box {{ stroke: var(--line); }}
.bracket {{ fill: none; stroke: var(--line); stroke-width: 1.5; }}
""" + "\n".join(f".f{number} {{ fill: var(--f{number}); }}" for number in range(FIELDS))


def width(octets, name):
    """As wide as its boxes, or as its name if that is wider; then the boxes are, too."""
    return max(BOX * len(octets), round(SIZE * ADVANCE * len(name)) + 8)


def rows(fields):
    """Rows of parts: number of the field, octets, name, whether it began in the row above, whether it goes on below. A
    field that fits into a row is in one row; a longer one begins where there is room for three boxes, and fills up."""
    found, left = [[]], ROOM
    for number, (octets, name) in enumerate(fields):
        whole = width(octets, name)
        if whole > left and (whole <= ROOM or left < 3 * BOX):
            found.append([])
            left = ROOM
        at = 0
        while at < len(octets):
            part = octets[at:] if width(octets[at:], name) <= left else octets[at:at + left // BOX]
            end = at + len(part)
            found[-1].append((number, part, name, at > 0, end < len(octets)))
            left -= width(part, name)
            if end < len(octets):
                found.append([])
                left = ROOM
            at = end
    return found


def bracket(x, end, y, begun, goes_on):
    """Under the boxes from x to end; where the field is broken, it is open."""
    begin = f"M{x} {y + 10}" if begun else f"M{x + 4} {y + 4}V{y + 10}"
    finish = f"H{end}" if goes_on else f"H{end - 4}V{y + 4}"
    return f'<path class="bracket" d="{begin}{finish}"/>'


def draw(way, fields):
    """An SVG. `way` is what stands above, `fields` are pairs of octets and a name; two of the same name are one."""
    fields = [(b"".join(octets for octets, _ in same), name) for name, same in groupby(fields, lambda field: field[1])]
    y, lines = CAPTION, [text("way", MARGIN, 22, way)]
    for row in rows(fields):
        x = MARGIN
        for number, octets, name, begun, goes_on in row:
            box = width(octets, name) / len(octets)
            for at, octet in enumerate(octets):
                left = x + at * box
                lines.append(f'<rect class="box f{number % FIELDS}" x="{left:g}" y="{y}" '
                             f'width="{box:g}" height="{HEIGHT}"/>')
                lines.append(text("octet", left + box / 2, y + 25, f"{octet:02x}"))
            end = x + width(octets, name)
            if name:
                lines.append(bracket(x, end, y + HEIGHT, begun, goes_on))
                lines.append(text("name", (x + end) / 2, y + HEIGHT + 26, name))
            x = end
        y += HEIGHT + NAMES + GAP
    return svg(y - GAP + 4, STYLE, lines)
