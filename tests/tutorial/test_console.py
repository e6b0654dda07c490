"""What the pages show of a terminal is what happens."""
import pathlib
import tempfile

import pytest

import pages
from terminal import Terminal

WITH_CONSOLE = [page for page in [*pages.pages(), pages.read(pages.TOP / "README.md")]
                if any(block.info == ["console"] for block in page.blocks)]


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
