"""Makes the book of the tutorial, of all pages that there are. book.sh calls it.

pandoc reads each page once; HTML and EPUB are made of what it has read. A file or a folder of the repository that a page
links becomes a page of the HTML, too.
"""
import hashlib
import html
import json
import os
import pathlib
import re
import shutil
import string
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

import pygments
import pygments.lexers
from pygments.formatters import HtmlFormatter

HERE = pathlib.Path(__file__).resolve().parent
TUTORIAL = HERE.parent
TOP = TUTORIAL.parent
BOOK = TOP / ".build" / "book"
HTML = BOOK / "html"
DIAGRAMS = BOOK / "diagrams"  # drawn once, and named by what they are drawn from
THEMES = ("default", "dark")
TITLE = "plainsocks, the tutorial"
PAGE = "<!-- a page begins -->"


def pandoc(*arguments, text):
    return subprocess.run(["pandoc", *arguments], input=text, encoding="utf-8", stdout=subprocess.PIPE, check=True).stdout


def document(blocks):
    return json.dumps({"pandoc-api-version": [1, 22], "meta": {}, "blocks": blocks})


def raw(text):
    return {"t": "RawBlock", "c": ["html", text]}


def parse(text):
    """Pandoc's blocks. It would take no second word behind ```, so `cpp wrong` is `cpp-wrong` there."""
    text = re.sub(r"^( *```\w+) (\w+)$", r"\1-\2", text, flags=re.M)
    return json.loads(pandoc("--from=gfm-yaml_metadata_block", "--to=json", text=text))["blocks"]


def coloured(text, lexer, *kinds):
    try:
        lexer = lexer()
    except pygments.util.ClassNotFound:
        lexer = pygments.lexers.TextLexer()
    inner = pygments.highlight(text, lexer, HtmlFormatter(nowrap=True)).rstrip("\n")
    return pre(re.sub(r'<span class="w">(\s*)</span>', r"\1", inner), *kinds)


def console(text):
    """Bold is what the reader types."""
    return pre(re.sub(r"^\$ (.*)", r"$ <b>\1</b>", html.escape(text, quote=False), flags=re.M), "console")


def pre(inner, *kinds):
    return raw(f'<pre class="{" ".join(["code", *kinds])}"><code>{inner}</code></pre>')


def diagrams(node):
    """The text of each diagram in these blocks."""
    if isinstance(node, list):
        return [text for part in node for text in diagrams(part)]
    if not isinstance(node, dict):
        return []
    if node.get("t") == "CodeBlock":
        return [node["c"][1]] if node["c"][0][1] == ["mermaid"] else []
    return diagrams(node.get("c"))


def drawing(text, theme):
    made_from = (HERE / "draw.html").read_text(encoding="utf-8") + text
    return DIAGRAMS / f"{hashlib.sha256(made_from.encode()).hexdigest()[:16]}-{theme}.svg"


def draw(texts, mermaid):
    """All diagrams that are not there yet, in one browser; and removes those that nobody wants any more. `texts`: the page
    of each, too."""
    DIAGRAMS.mkdir(parents=True, exist_ok=True)
    there = set(DIAGRAMS.iterdir())
    jobs = [(text, theme) for text in texts for theme in THEMES]
    for unwanted in there - {drawing(*job) for job in jobs}:
        unwanted.unlink()
    jobs = [job for job in jobs if drawing(*job) not in there]
    if not jobs:
        return
    with tempfile.TemporaryDirectory() as folder:
        page = pathlib.Path(folder) / "draw.html"
        page.write_text(string.Template((HERE / "draw.html").read_text(encoding="utf-8"))
                        .substitute(mermaid=pathlib.Path(mermaid).resolve().as_uri(),
                                    jobs=json.dumps(jobs).replace("<", "\\u003c")), encoding="utf-8")
        command = ["chromium", "--headless", "--disable-gpu", "--disable-background-networking",
                   f"--user-data-dir={folder}/profile", "--virtual-time-budget=600000", "--dump-dom", page.as_uri()]
        if os.getuid() == 0:
            command.insert(1, "--no-sandbox")
        shown = subprocess.run(command, encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                               check=True).stdout
    drawn = re.search(r'<pre id="drawn">(.*?)</pre>', shown, re.S)
    if not drawn or not drawn[1]:
        sys.exit(f"chromium has drawn nothing; it shows: {shown[-2000:]}")
    for job, svg in zip(jobs, json.loads(html.unescape(drawn[1])), strict=True):
        if not svg.startswith("<svg"):
            sys.exit(f"{texts[job[0]]}: Mermaid does not draw this:\n{job[0]}\n{svg}")
        xml.etree.ElementTree.fromstring(svg)
        drawing(*job).write_text(svg, encoding="utf-8")


class Medium:
    """Changes the blocks of a page into those of the book. `pages`: what is in each, by its path."""

    def __init__(self, pages):
        self.pages = pages
        self.page = None
        self.broken = []

    def of(self, page, blocks):
        self.page = page
        return self.change(blocks)

    def change(self, node):
        if isinstance(node, list):
            return [changed for part, after in zip(node, node[1:] + [None]) for changed in self.element(part, after)]
        if isinstance(node, dict):
            return {key: self.change(value) for key, value in node.items()}
        return node

    def element(self, node, after):
        kind = node.get("t") if isinstance(node, dict) else None
        if kind == "CodeBlock":
            return [self.code(node)]
        before, node = node, self.change(node)
        if kind == "Para":
            return self.paragraph(before["c"], node, after)
        if kind in ("RawBlock", "RawInline"):
            return self.markup(kind, node["c"][1])
        if kind == "Image":
            node["c"][2][0] = self.picture(node["c"][2][0])
        elif kind == "Link":
            url = self.url(node["c"][2][0])
            if url is None:
                return node["c"][1]
            node["c"][2][0] = url
        elif kind == "Header":
            node["c"][1][0] = self.anchor(self.page, node["c"][1][0])
        return [node]

    def paragraph(self, before, node, after):
        """The line of links to other pages, or a caption, or what it is. `before`: what was in it."""
        kinds = [part["t"] for part in before]
        if "SoftBreak" not in kinds and "LineBreak" not in kinds:
            if {"t": "Str", "c": "·"} in before and any(self.is_contents(part) for part in before):
                return self.ways(node)
            if kinds == ["Emph"] or kinds[0] in ("Emph", "Link") and after and after.get("t") == "CodeBlock":
                return [{"t": "Div", "c": [["", ["caption"], []], [node]]}]
        return [node]

    def is_contents(self, part):
        return part["t"] == "Link" and self.target(part["c"][2][0])[0] == TUTORIAL / "README.md"

    def code(self, node):
        (_, classes, _), text = node["c"]
        language, *kinds = classes[0].split("-") if classes else ["text"]
        if language == "mermaid":
            return self.diagram(text)
        if language == "console":
            return console(text)
        return coloured(text, lambda: pygments.lexers.get_lexer_by_name(language), language, *kinds)

    def target(self, url):
        """The file or folder, and the anchor with its # or nothing. None: somewhere else."""
        if re.match(r"[a-z]+:", url):
            return None, ""
        file, mark, anchor = url.replace("%20", " ").partition("#")
        if not file:
            return self.page, mark + anchor
        folder = self.page if self.page.is_dir() else self.page.parent
        target = (TOP / file[1:] if file[0] == "/" else folder / file).resolve()
        if not target.exists():
            self.broken.append(f"{self.page.relative_to(TOP)}: there is no {url}")
            return None, ""
        readme = target / "README.md"
        return readme if readme.exists() else target, mark + anchor


class Html(Medium):
    def __init__(self, pages):
        super().__init__(pages)
        self.linked = list(pages)

    @staticmethod
    def place(path):
        """Where in the folder of HTML a file of the repository is shown."""
        place = path.relative_to(TUTORIAL) if TUTORIAL in path.parents else "repository" / path.relative_to(TOP)
        if path.is_dir() or path.name == "README.md":
            return (place if path.is_dir() else place.parent) / "index.html"
        if path.suffix == ".md":
            return place.with_suffix(".html")
        return place.with_name(place.name + ".html") if is_text(path) else place

    def url(self, url):
        target, anchor = self.target(url)
        if not target:
            return url
        if target not in self.linked:
            if self.page.suffix == ".md" and self.page not in self.pages and is_text(target):
                return None
            self.linked.append(target)
        if target == self.page and anchor:
            return anchor
        return os.path.relpath(self.place(target), self.place(self.page).parent).replace(" ", "%20") + anchor

    def picture(self, url):
        return self.url(url)

    def anchor(self, page, name):
        return name

    def markup(self, kind, text):
        text = re.sub(r'\b(href|src|srcset)="([^"]*)"', lambda m: f'{m[1]}="{self.url(m[2]) or ""}"', text)
        return [{"t": kind, "c": ["html", text]}]

    def ways(self, node):
        return [raw("<nav>"), node, raw("</nav>")]

    def diagram(self, text):
        light, dark = (os.path.relpath(HTML / "diagrams" / drawing(text, theme).name, (HTML / self.place(self.page)).parent)
                       for theme in THEMES)
        return raw(f'<p><picture><source srcset="{dark}" media="(prefers-color-scheme: dark)">'
                   f'<img class="diagram" src="{light}" alt="{html.escape(text)}"></picture></p>')


class Epub(Medium):
    """It holds the pages, and no other files: what leads to one of those becomes text."""

    def url(self, url):
        target, anchor = self.target(url)
        if not target:
            return url
        return "#" + self.anchor(target, anchor[1:]) if target in self.pages else None

    def picture(self, url):
        return str(self.target(url)[0] or url)

    def anchor(self, page, name):
        title = next(block["c"][1][0] for block in self.pages[page] if block["t"] == "Header")
        return f"page-{list(self.pages).index(page)}-{name or title}"

    def markup(self, kind, text):
        """XML, and pictures as pandoc knows them, which takes them into the EPUB."""
        tags = re.findall(r"<(?:/?picture|source|img)\b[^>]*>", text)
        if not tags:
            return [{"t": kind, "c": ["html", re.sub(r"<(br|hr)>", r"<\1/>", text)]}]
        found = [dict(re.findall(r'(\w+)="([^"]*)"', tag)) for tag in tags if tag.startswith("<img")]
        images = [image(self.picture(attributes["src"]), html.unescape(attributes.get("alt", ""))) for attributes in found]
        return images if kind == "RawInline" else [{"t": "Para", "c": images}] if images else []

    def ways(self, node):
        return []

    def diagram(self, text):
        return {"t": "Para", "c": [image(str(drawing(text, "default")), text, "diagram")]}


def image(url, text, *kinds):
    return {"t": "Image", "c": [["", list(kinds), []], [{"t": "Str", "c": text}], [url, ""]]}


def is_text(path):
    """What is to be read, a folder too, as pictures and captures are not."""
    if path.is_dir():
        return True
    if path.suffix == ".svg":
        return False
    try:
        return "\0" not in path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return False


def shown(path):
    """Blocks that show a file, or what is in a folder."""
    if path.suffix == ".md":
        return parse(path.read_text(encoding="utf-8"))
    title = {"t": "Header", "c": [1, ["top", [], []], [{"t": "Str", "c": str(path.relative_to(TOP))}]]}
    if path.is_dir():
        names = [entry.name for entry in sorted(path.iterdir()) if not entry.name.startswith((".", "__"))]
        return [title, {"t": "BulletList", "c": [[link(name)] for name in names]}]
    text = path.read_text(encoding="utf-8")
    return [title, coloured(text, lambda: pygments.lexers.get_lexer_for_filename(path.name))]


def link(name):
    words = [{"t": "Str", "c": name}]
    return {"t": "Plain", "c": [{"t": "Link", "c": [["", [], []], words, [name.replace(" ", "%20"), ""]]}]}


def make_html(pages):
    medium = Html(pages)
    paths, blocks = [], []
    shutil.rmtree(HTML, ignore_errors=True)
    for path in medium.linked:  # it grows meanwhile
        if is_text(path):
            paths.append(path)
            blocks += [raw(PAGE), *medium.of(path, pages.get(path) or shown(path))]
        else:
            place = HTML / medium.place(path)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, place)
    frame = string.Template((HERE / "page.html").read_text(encoding="utf-8"))
    index = []
    bodies = pandoc("--from=json", "--to=html", "--wrap=none", "--columns=10000", text=document(blocks)).split(PAGE)[1:]
    for path, body in zip(paths, bodies, strict=True):
        place = medium.place(path)
        _, *sections = re.split(r'<h\d id="([^"]*)">(.*?)</h\d>', body, flags=re.S)
        title = plain(sections[1])
        root = "../" * (len(place.parts) - 1)
        (HTML / place).parent.mkdir(parents=True, exist_ok=True)
        (HTML / place).write_text(frame.substitute(title=html.escape(title), root=root, body=body), encoding="utf-8")
        if path in pages:
            index += [[f"{place}#{anchor}", title, plain(heading), plain(text)]
                      for anchor, heading, text in zip(*[iter(sections)] * 3)]
    (HTML / "index.js").write_text(f"const sections = {json.dumps(index, ensure_ascii=False)};\n", encoding="utf-8")
    colours = f"@media (prefers-color-scheme: dark) {{\n{HtmlFormatter(style='github-dark').get_style_defs('.code')}\n}}\n"
    (HTML / "blocks.css").write_text(style() + colours, encoding="utf-8")
    for name in ("page.css", "search.js"):
        shutil.copy(HERE / name, HTML)
    shutil.copytree(DIAGRAMS, HTML / "diagrams")
    return medium.broken


def style():
    return (HERE / "blocks.css").read_text(encoding="utf-8") + HtmlFormatter(style="default").get_style_defs(".code") + "\n"


def plain(text):
    """HTML without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", text)).split())


def make_epub(pages):
    medium = Epub(pages)
    blocks = [block for path in pages for block in medium.of(path, pages[path])]
    css = BOOK / "epub.css"
    css.write_text(style() + (HERE / "epub.css").read_text(encoding="utf-8"), encoding="utf-8")
    pandoc("--from=json", "--to=epub3", "--toc-depth=1", f"--css={css}", f"--metadata=title:{TITLE}",
           "--metadata=lang:en", f"--output={BOOK / 'plainsocks.epub'}", text=document(blocks))


def main(mermaid):
    paths = sorted(TUTORIAL.rglob("*.md"), key=lambda path: (
        path.parent == TUTORIAL and path.name != "README.md", path.parent, path.name != "README.md", path.name))
    pages = {path: parse(path.read_text(encoding="utf-8")) for path in paths}
    draw({text: path.relative_to(TOP) for path, blocks in pages.items() for text in diagrams(blocks)}, mermaid)
    broken = make_html(pages)
    make_epub(pages)
    print(f"{HTML / 'index.html'}\n{BOOK / 'plainsocks.epub'}")
    if broken:
        sys.exit("\n".join(dict.fromkeys(broken)))


if __name__ == "__main__":
    main(sys.argv[1])
