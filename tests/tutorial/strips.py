"""Draws the octets of a message: a box for each, a colour for each field, the field's name below."""
from html import escape

WIDTH, HEIGHT, LABEL, GAP, MARGIN = 68, 34, 22, 4, 8
IN_A_ROW = 5  # so that a phone need not make the names smaller
COLOURS = ["#dae8fc", "#ddf2d8", "#fff4cc", "#ffddb8", "#e8dcf7", "#cfeeee"]
STYLE = """<style>
text { font-family: ui-monospace, "DejaVu Sans Mono", Consolas, monospace; text-anchor: middle; }
.octet { font-size: 17px; fill: #12272e; }
.name { font-size: 13px; fill: #3d4f58; }
.way { font-size: 12px; fill: #3d4f58; text-anchor: start; }
rect { stroke: #7a8a92; }
@media (prefers-color-scheme: dark) { .name, .way { fill: #c9d4da; } }
</style>"""


def draw(way, fields):
    """An SVG. `way` is what stands above, `fields` are pairs of octets and a name."""
    boxes = [(octet, name if first else "", COLOURS[number % len(COLOURS)])
             for number, (octets, name) in enumerate(fields) for first, octet in first_of(octets)]
    width = 2 * MARGIN + max(WIDTH * min(len(boxes), IN_A_ROW), 8 * len(way))
    y, lines = MARGIN + LABEL, []
    for start in range(0, len(boxes), IN_A_ROW):
        row = boxes[start:start + IN_A_ROW]
        for at, (octet, name, colour) in enumerate(row):
            x = MARGIN + at * WIDTH
            lines.append(f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" fill="{colour}"/>')
            lines.append(f'<text class="octet" x="{x + WIDTH // 2}" y="{y + 23}">{octet:02x}</text>')
            if name:
                lines.append(f'<text class="name" x="{x + WIDTH // 2}" y="{y + HEIGHT + 15}">{escape(name)}</text>')
        y += HEIGHT + (LABEL if any(name for _, name, _ in row) else GAP)
    height = y + MARGIN
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">', STYLE,
                      f'<text class="way" x="{MARGIN}" y="{MARGIN + 12}">{escape(way)}</text>', *lines, "</svg>", ""])


def first_of(octets):
    return [(at == 0, octet) for at, octet in enumerate(octets)]
