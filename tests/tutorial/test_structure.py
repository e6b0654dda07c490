"""The shape of a chapter; tests/tutorial/README.md says it in words."""
import re

import pytest

from pages import CHAPTERS, LINK, TOP, TUTORIAL, blocks, name, pages, read

LAST_SECTIONS = ["On the wire", "Judge it", "Exercises", "How plainsocks does it", "Real world"]  # in this order, those that there are
MANDATORY = {"Judge it", "Exercises", "How plainsocks does it", "Real world"}
JUDGES = re.compile(r"```(?:console|hex)|socks5spec|spec\.sh|tester|[cC]ases\b|test_\w+\.py")
COLUMNS = 96  # of code and of transcripts: more does not fit on the page
chapters = pytest.mark.parametrize("folder", CHAPTERS, ids=lambda folder: folder.name)


def text_of(folder):
    return (folder / "README.md").read_text(encoding="utf-8")


def sections(folder):
    return [match.group(1) for _, text in read(folder / "README.md").prose if (match := re.match(r"## (.*)", text))]


@chapters
def test_sections(folder):
    """A chapter of the growing program ends with the same ones."""
    if folder in CHAPTERS[12:]:
        pytest.skip("its program is another one")
    there = [section for section in sections(folder) if section in LAST_SECTIONS]
    assert there == [section for section in LAST_SECTIONS if section in there] == sections(folder)[-len(there):]
    assert MANDATORY <= set(there)


@chapters
def test_begins_and_ends_with_the_way_on(folder):
    """The chapter before, the contents, the next one, as a line of links."""
    at = CHAPTERS.index(folder)
    lines = text_of(folder).strip().splitlines()
    neighbours = [CHAPTERS[at - 1]] if at else []
    expected = [f"../{other.name}/README.md" for other in neighbours] + ["../README.md"] + \
        [f"../{other.name}/README.md" for other in CHAPTERS[at + 1:at + 2]]
    for number, line in ((1, lines[0]), (len(lines), lines[-1])):
        assert [link for _, _, link in LINK.findall(line)] == expected, f"{folder.name}/README.md:{number}: {line}"


@chapters
def test_title(folder):
    """Its number, as in the line of links of others; and below it how long it takes."""
    lines = [line for line in text_of(folder).splitlines() if line.strip()]
    assert lines[1].startswith(f"# {int(folder.name[:2])}. "), f"{folder.name}: {lines[1]}"
    assert re.match(r"\*.*\d+ minutes? to read\b.*", lines[2]), f"{folder.name}: {lines[2]}: how many minutes does it take?"


def test_titles_in_links():
    """A line of links calls a chapter by its title."""
    titles = {folder.name: re.search(r"^# (.*)", text_of(folder), re.M).group(1).replace("`", "") for folder in CHAPTERS}
    for folder in CHAPTERS:
        for _, words, link in LINK.findall(text_of(folder).splitlines()[0]):
            if match := re.match(r"\.\./(\d\d-[^/]*)/", link):
                assert words.strip("← →").replace("`", "") == titles[match.group(1)], f"{folder.name}: {words}"


@chapters
def test_exercises(folder):
    """Two to four, each with an answer folded under it. What has no number is a question."""
    if "Exercises" not in sections(folder):
        pytest.skip("a chapter without exercises")
    text = text_of(folder).split("\n## Exercises\n")[1].split("\n## ")[0]
    _, *exercises = re.split(r"^(?=\d\. |- )", text, flags=re.M)
    numbered = [exercise for exercise in exercises if exercise[0] != "-"]
    assert 2 <= len(numbered) <= 4, f"{len(numbered)} exercises"
    for exercise in exercises:
        assert exercise.count("<details>") == exercise.count("</details>") == 1, f"one answer for each:\n{exercise}"
    for exercise in numbered:
        assert JUDGES.search(exercise), f"nothing judges this: no transcript, no octets, no cases:\n{exercise}"


@chapters
def test_answers_are_folded(folder):
    """To its end: what stands farther left than <details> is outside, and GitHub shows it."""
    indent = None
    for number, text in enumerate(text_of(folder).splitlines(), 1):
        if "<details>" in text:
            indent = text[:text.index("<")]
        where = f"{(folder / 'README.md').relative_to(TOP)}:{number}"
        assert indent is None or not text or text.startswith(indent), f"{where}: indent this line as <details> is"
        if "</details>" in text:
            indent = None


@pytest.mark.parametrize("block", [block for kind in ("cpp", "console") for block in blocks(kind)], ids=name)
def test_fits_on_the_page(block):
    """The growing program and the transcripts; excerpts of src have its 120 columns."""
    if block.info == ["cpp"] and "(" in block.caption and "](" in block.caption:
        pytest.skip("an excerpt")
    for number, line in enumerate(block.lines, block.line + 1):
        assert len(line) <= COLUMNS, f"{block.page.relative_to(TOP)}:{number}: {len(line)} columns, and there is room for {COLUMNS}"


def test_the_map_knows_all_chapters():
    """In their order."""
    text = (TUTORIAL / "README.md").read_text(encoding="utf-8")
    assert list(dict.fromkeys(re.findall(r"\((\d\d-[^/]*)/README.md\)", text))) == [folder.name for folder in CHAPTERS]


def test_every_page_is_linked():
    """From another one."""
    linked = {(page.path.parent / link.split("#")[0]).resolve() for page in pages() for _, text in page.prose
              for _, _, link in LINK.findall(text)}
    assert not {page.path for page in pages()} - linked
