"""The pages of the tutorial, taken apart: blocks of code with what stands above them, links, headings."""
import functools
import os
import pathlib
import re
from dataclasses import dataclass

TOP = pathlib.Path(__file__).resolve().parents[2]
TUTORIAL = TOP / "tutorial"
UPDATE = os.environ.get("TUTORIAL_UPDATE")  # write into the pages what can be written safely
CHAPTERS = sorted(TUTORIAL.glob("[0-9][0-9]-*"))
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")


@dataclass
class Block:
    """What stands between two lines of ```. `line` is that of the first ```, from 1."""
    page: pathlib.Path
    line: int
    info: list  # the words behind the first ```
    lines: list
    caption: str  # the line above
    indent: str  # in front of each line, when it is in a list

    @property
    def where(self):
        return f"{self.page.relative_to(TOP)}:{self.line}"

    @property
    def target(self):
        """The file that the caption links. There must be exactly one."""
        links = [link for _, _, link in LINK.findall(self.caption)]
        assert len(links) == 1, (f"{self.where}: the line above this block must link the file that it is from, and only "
                                 f"that; it is: {self.caption!r}")
        file = (self.page.parent / links[0].split("#")[0]).resolve()
        assert file.is_file(), f"{self.where}: there is no file {links[0]}"
        return file

    def text(self, lines):
        """Lines as they stand on the page."""
        return "\n".join(self.indent + line if line else "" for line in lines)


@dataclass
class Page:
    path: pathlib.Path
    prose: list  # (line number, text) of what is in no block
    blocks: list


@functools.cache
def read(path):
    page, block, above = Page(path, [], []), None, ""
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if block is not None and text.strip() == "```":
            page.blocks.append(block)
            block = None
        elif block is not None:
            block.lines.append(text.removeprefix(block.indent))
        elif text.lstrip().startswith("```"):
            block = Block(path, number, text.strip()[3:].split(), [], above, text[:len(text) - len(text.lstrip())])
        else:
            page.prose.append((number, text))
            above = text
    assert block is None, f"{block.where}: the block does not end"
    return page


def pages(folder=TUTORIAL):
    """All of a folder, or the page itself; but not the trace, which tests/blackbox/test_pages.py plays as a whole."""
    paths = sorted(folder.rglob("*.md")) if folder.is_dir() else [folder]
    return [read(path) for path in paths if path != TUTORIAL / "trace.md"]


def blocks(kind, folder=TUTORIAL):
    return [block for page in pages(folder) for block in page.blocks if block.info[:1] == [kind]]


def name(block):
    """For the names of tests."""
    return block.where
