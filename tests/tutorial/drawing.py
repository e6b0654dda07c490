"""What all drawings of the tutorial have in common. GitHub shows them as <img>: no script runs in them, and no style of
the page gets in. They have a ground of their own: should a picture be drawn for a light page and the page be dark, its
letters must not vanish."""
from html import escape

WIDTH = 460  # so that on a phone, which shows 360 to 400 of them, letters are hardly smaller than on the page around
MARGIN = 10
MONO = 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace'
SANS = '-apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, "DejaVu Sans", sans-serif'
ADVANCE = 0.602  # of a letter in those of MONO, in sizes of the font; the widest

# Names of colours: on a light page, on a dark one. f0 to f5 are those of fields.
THEME = {
    "panel": ("#f6f8fa", "#161b22"), "edge": ("#d0d7de", "#3d444d"), "line": ("#7a8a92", "#75838d"),
    "ink": ("#1f2328", "#f0f6fc"), "faint": ("#59636e", "#a9b4c0"),
    "strong": ("#0969da", "#58a6ff"), "weak": ("#b6d4fa", "#26466f"),
    "call": ("#e4e9ee", "#2d3640"), "waits": ("#ffd58a", "#8a5a00"),
    "f0": ("#dae8fc", "#1f3f6b"), "f1": ("#ddf2d8", "#24502c"), "f2": ("#fff4cc", "#5a4c10"),
    "f3": ("#ffddb8", "#6a3d15"), "f4": ("#e8dcf7", "#4d3670"), "f5": ("#cfeeee", "#1b5050"),
}
FIELDS = 6


def theme(which):
    return " ".join(f"--{name}: {colours[which]};" for name, colours in THEME.items())


def svg(height, style, lines):
    """The whole file."""
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">',
        "<style>", f"svg {{ {theme(0)} }}", f"@media (prefers-color-scheme: dark) {{ svg {{ {theme(1)} }} }}",
        ".panel { fill: var(--panel); stroke: var(--edge); }", style.strip(), "</style>",
        f'<rect class="panel" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="6"/>',
        *lines, "</svg>", ""])


def text(kind, x, y, words):
    return f'<text class="{kind}" x="{x:g}" y="{y:g}">{escape(words, quote=False)}</text>'
