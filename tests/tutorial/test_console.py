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
    with tempfile.TemporaryDirectory() as folder, Terminal(pathlib.Path(folder)) as terminal:
        for block in page.blocks:
            if block.info == ["console"]:
                terminal.run(block)
