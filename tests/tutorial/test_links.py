"""Links, anchors and pictures of every page in the repository lead somewhere."""
import re

import pytest

from pages import LINK, TOP, read

PAGES = sorted(path for path in TOP.rglob("*.md") if not any(part.startswith(".") for part in path.relative_to(TOP).parts))


def anchors(path):
    """The anchors of a page's headings, by GitHub's rule; a second one of the same name has -1 behind."""
    found = []
    for _, text in read(path).prose:
        if heading := re.match(r"#+ (.*)", text):
            plain = LINK.sub(r"\2", heading.group(1)).lower()
            anchor = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
            found.append(anchor if anchor not in found else f"{anchor}-{found.count(anchor)}")
    return found


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TOP)))
def test_links(path):
    """Relative ones; others are not tried, because there is no network."""
    for number, text in read(path).prose:
        for is_picture, words, link in LINK.findall(re.sub(r"`[^`]*`", "", text)):
            if re.match(r"[a-z]+:", link):
                continue
            where = f"{path.relative_to(TOP)}:{number}"
            file, _, anchor = link.partition("#")
            target = (path.parent / file.replace("%20", " ")).resolve() if file else path
            assert target.exists(), f"{where}: {link} does not exist"
            assert TOP in [target, *target.parents], f"{where}: {link} leads out of the repository"
            if anchor:
                assert anchor in anchors(target), f"{where}: {file or 'this page'} has no heading #{anchor}; it has {anchors(target)}"
            if is_picture:
                assert words.strip(), f"{where}: the picture {link} has no text for those who cannot see it"
        assert "](" not in LINK.sub("", text), f"{path.relative_to(TOP)}:{number}: a link that is not whole in this line"
