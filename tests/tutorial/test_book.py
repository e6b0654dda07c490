"""The book that tutorial/book.sh makes: all pages, in HTML and in the EPUB, whose links lead somewhere, without a network."""
import importlib.util
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import urllib.parse
import xml.etree.ElementTree
import zipfile
from html.parser import HTMLParser

import pytest

from pages import CHAPTERS, TOP, TUTORIAL, read

HTML = TOP / ".build/book/html"
EPUB = TOP / ".build/book/plainsocks.epub"
PAGES = sorted(TUTORIAL.rglob("*.md"))


class Parsed(HTMLParser):
    """What is of interest in a page of the book."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.loaded, self.diagrams = [], [], [], 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.links += [attributes["href"]] if tag == "a" and "href" in attributes else []
        names = ("src", "srcset", "href", "xlink:href")
        self.loaded += [attributes[name] for name in names if name in attributes and tag != "a"]
        self.diagrams += attributes.get("class") == "diagram"


@pytest.fixture(scope="module")
def made():
    """What making it has said."""
    mermaid = sorted(TOP.glob(".build/mermaid-*/node_modules/@mermaid-js/tiny/dist/mermaid.tiny.js"))
    lacking = [tool for tool in ("pandoc", "chromium") if not shutil.which(tool)]
    lacking += [] if importlib.util.find_spec("pygments") else ["python3-pygments"]
    lacking += [] if mermaid else ["mermaid"]
    if lacking:
        pytest.skip(f"sh tutorial/book.sh installs what is missing for the book: {', '.join(lacking)}")
    command = [sys.executable, "-B", TUTORIAL / "book/book.py", mermaid[-1]]
    return subprocess.run(command, encoding="utf-8", stderr=subprocess.PIPE, check=False)


@pytest.fixture(scope="module")
def book(made):
    """The parsed pages of the HTML, by their paths."""
    assert HTML.exists(), made.stderr
    return {path: Parsed(path.read_text(encoding="utf-8")) for path in HTML.rglob("*.html")}


def place(page):
    """Where a page of the tutorial is in the HTML."""
    path = HTML / page.relative_to(TUTORIAL)
    return path.with_name("index.html") if path.name == "README.md" else path.with_suffix(".html")


def resolve(page, url):
    """The file that a link on a page leads to, and the name in it."""
    file, _, anchor = urllib.parse.unquote(url).partition("#")
    return pathlib.Path(os.path.normpath(pathlib.Path(page).parent / file) if file else page), anchor


def mermaid_blocks(page):
    return sum(block.info == ["mermaid"] for block in read(page).blocks)


def test_every_page_is_there_with_its_diagrams(book):
    for page in PAGES:
        assert book[place(page)].diagrams == mermaid_blocks(page), page


def test_links(made, book):
    """They lead to a file of the book, and to what is there in it."""
    assert made.returncode == 0, made.stderr
    for path, parsed in book.items():
        assert len(set(parsed.ids)) == len(parsed.ids), f"{path}: a name twice"
        for url in parsed.links + parsed.loaded:
            if url in parsed.links and re.match(r"https?:", url):
                continue
            target, anchor = resolve(path, url)
            assert HTML in target.parents and target.is_file(), f"{path}: {url} leads nowhere"
            assert not anchor or anchor in book[target].ids, f"{path}: {url} is not there"


def test_nothing_comes_from_the_network(book):
    for path, parsed in book.items():
        assert not [url for url in parsed.loaded if re.match(r"[a-z]+:|//", url)], path
    for path in [*HTML.rglob("*.css"), *HTML.rglob("*.svg")]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"""@import|url\(["']?(?!#|["']#)|(?:href|src)=["'](?!#)""", text), path


def test_search(book, tmp_path):
    """As in a browser: somebody types the title of a chapter, and the chapter is found."""
    chapter = CHAPTERS[1] / "README.md"
    title = re.search(r"^# (.*)", chapter.read_text(encoding="utf-8"), re.M)[1]
    typing = f"""<script>addEventListener("load", () => {{
        const input = document.querySelector("input");
        input.value = {json.dumps(title.replace("`", "").upper())};
        input.dispatchEvent(new Event("focus"));
    }});</script>"""
    page = place(chapter).with_name("searched.html")
    page.write_text(place(chapter).read_text(encoding="utf-8") + typing, encoding="utf-8")
    root = ["--no-sandbox"] if os.getuid() == 0 else []
    try:
        shown = subprocess.run(["chromium", "--headless", "--disable-gpu", "--disable-background-networking", *root,
                                f"--user-data-dir={tmp_path}", "--virtual-time-budget=10000", "--dump-dom", page.as_uri()],
                               encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    finally:
        page.unlink()
    found = [resolve(page, link) for link in Parsed(re.search(r'<ol id="found">(.*?)</ol>', shown, re.S)[1]).links]
    assert place(chapter) in [target for target, _ in found]
    assert all(anchor in book[target].ids for target, anchor in found)


def test_epub(book):
    """Its pages are XML, and what they link and show is in it."""
    with zipfile.ZipFile(EPUB) as epub:
        assert epub.namelist()[0] == "mimetype" and epub.read("mimetype") == b"application/epub+zip"
        parsed = {}
        for name in epub.namelist():
            if name.endswith((".xhtml", ".svg", ".opf", ".ncx")):
                xml.etree.ElementTree.fromstring(epub.read(name))
            if name.endswith(".xhtml"):
                parsed[name] = Parsed(epub.read(name).decode())
        for name, page in parsed.items():
            for url in page.links + page.loaded:
                if url in page.links and re.match(r"https?:", url):
                    continue
                target, anchor = resolve(name, url)
                assert str(target) in epub.namelist(), f"{name}: {url} is not in it"
                assert not anchor or anchor in parsed[str(target)].ids, f"{name}: {url} is not there"
    assert sum(page.diagrams for page in parsed.values()) == sum(map(mermaid_blocks, PAGES))
    assert sum(name.startswith("EPUB/text/ch") for name in parsed) == len(PAGES)
