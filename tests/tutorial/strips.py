"""Draws the octets of a message: a box for each, a colour for each field, the field's name below."""
from html import escape

WIDTH, HEIGHT, LABEL, IN_A_ROW, MARGIN = 64, 34, 22, 8, 8
COLOURS = ["#dae8fc", "#ddf2d8", "#fff4cc", "#ffddb8", "#e8dcf7", "#cfeeee"]
STYLE = """<style>
text { font-family: ui-monospace, "DejaVu Sans Mono", Consolas, monospace; text-anchor: middle; }
.octet { font-size: 17px; fill: #12272e; }
.name { font-size: 12px; fill: #3d4f58; }
.way { font-size: 14px; fill: #3d4f58; text-anchor: start; }
rect { stroke: #7a8a92; }
@media (prefers-color-scheme: dark) { .name, .way { fill: #c9d4da; } }
</style>"""


def draw(way, fields):
    """An SVG. `way` is what stands above, `fields` are pairs of octets and a name."""
    boxes = [(octet, name if first else "", COLOURS[number % len(COLOURS)])
             for number, (octets, name) in enumerate(fields) for first, octet in first_of(octets)]
    rows = (len(boxes) + IN_A_ROW - 1) // IN_A_ROW
    width = 2 * MARGIN + WIDTH * min(len(boxes), IN_A_ROW)
    width = max(width, 2 * MARGIN + 9 * len(way))
    height = 2 * MARGIN + LABEL + rows * (HEIGHT + LABEL)
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">', STYLE,
             f'<text class="way" x="{MARGIN}" y="{MARGIN + 12}">{escape(way)}</text>']
    for at, (octet, name, colour) in enumerate(boxes):
        x, y = MARGIN + at % IN_A_ROW * WIDTH, MARGIN + LABEL + at // IN_A_ROW * (HEIGHT + LABEL)
        lines.append(f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" fill="{colour}"/>')
        lines.append(f'<text class="octet" x="{x + WIDTH // 2}" y="{y + 23}">{octet:02x}</text>')
        if name:
            lines.append(f'<text class="name" x="{x + WIDTH // 2}" y="{y + HEIGHT + 15}">{escape(name)}</text>')
    return "\n".join([*lines, "</svg>", ""])


def first_of(octets):
    return [(at == 0, octet) for at, octet in enumerate(octets)]
