"""What the pages show of a terminal is what happens."""
import pathlib
import tempfile

import pytest

import pages
from terminal import Terminal



def weight(page):
    """About how long it takes."""
    return sum(len(block.lines) for block in page.blocks if block.info == ["console"])


def evenly(found):
    """The longest beside the shortest, because xdist gives each of its workers two that stand side by side."""
    found = sorted(found, key=weight, reverse=True)
    pairs = zip(found, reversed(found))
    return list({page.path: page for pair in pairs for page in pair}.values())


WITH_CONSOLE = evenly(page for page in [*pages.pages(), pages.read(pages.TOP / "README.md")] if weight(page))


@pytest.mark.parametrize("page", WITH_CONSOLE, ids=lambda page: str(page.path.relative_to(pages.TOP)))
def test_page(page):
    """All its ```console blocks, in order, in one folder."""
    with tempfile.TemporaryDirectory() as folder, Terminal(pathlib.Path(folder), page.path) as terminal:
        for block in page.blocks:
            if block.info == ["console"]:
                terminal.run(block)
        correct(page.path, terminal.corrections)


def correct(path, corrections):
    """Write what the commands have printed into the page. From the last to the first, so that the lines keep their numbers."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for wrong in reversed(corrections):
        command = lines[wrong.line - 1]
        indent = command[:len(command) - len(command.lstrip())]  # in a list
        lines[wrong.line:wrong.line + len(wrong.expected)] = [indent + text for text in wrong.printed.splitlines()]
    if corrections:
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
