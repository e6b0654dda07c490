"""The shape of a chapter."""
import re

import pytest

from pages import CHAPTERS, LINK, TOP, TUTORIAL, answers, pages, read

SECTIONS = ["You will see", "Run it", "What the RFC says", "On the wire", "The code", "The test", "Try", "Real world", "Next"]
JUDGES = re.compile(r"```(?:console|hex)|\(answers/|socks5spec|tester|[cC]ases\b|test_\w+\.py")
chapters = pytest.mark.parametrize("folder", CHAPTERS, ids=lambda folder: folder.name)


def sections(folder):
    return [match.group(1) for _, text in read(folder / "README.md").prose if (match := re.match(r"## (.*)", text))]


@chapters
def test_sections(folder):
    """Those that there are, are in this order."""
    there = sections(folder)
    assert there == [section for section in SECTIONS if section in there], f"{folder.name}: {there}, expected {SECTIONS}"
    assert {"You will see", "Try", "Next"} <= set(there)


@chapters
def test_ten_minutes(folder, capsys):
    """Or a few more, without the exercises: two hundred words a minute, and twenty lines of code."""
    page = read(folder / "README.md")
    headings = {text: number for number, text in page.prose if text.startswith("## ")}
    beginning, end = headings["## Try"], headings.get("## Real world", headings["## Next"])
    words = sum(len(text.split()) for number, text in page.prose if not beginning <= number < end)
    lines = sum(len(block.lines) for block in page.blocks if not beginning <= block.line < end)
    minutes = words / 200 + lines / 20
    with capsys.disabled():
        print(f"\n{folder.name}: {words} words, {lines} lines in blocks, {minutes:.0f} minutes")
    assert minutes <= 12.5, "split it: what is not the idea of the chapter can be a page beside it"


@chapters
def test_next_leads_on(folder):
    """The last link of a chapter is the next chapter; of the last chapter, the map."""
    text = (folder / "README.md").read_text(encoding="utf-8").split("## Next")[1]
    following = CHAPTERS[CHAPTERS.index(folder) + 1:]
    assert (f"(../{following[0].name}/README.md)" if following else "(../README.md)") in text


@chapters
def test_checkpoint_is_short(folder):
    """At most 60 lines, and shown or linked on its page."""
    checkpoint = folder / "checkpoint.cpp"
    if not checkpoint.exists():
        pytest.skip("a chapter without a checkpoint")
    assert len(checkpoint.read_text(encoding="utf-8").splitlines()) <= 60
    assert "(checkpoint.cpp)" in (folder / "README.md").read_text(encoding="utf-8")


@chapters
def test_exercises(folder):
    """Two to four, each with an answer folded under it, and each file of an answer linked. What has no number is a question."""
    text = (folder / "README.md").read_text(encoding="utf-8").split("\n## Try\n")[1].split("\n## ")[0]
    _, *exercises = re.split(r"^(?=\d\. |- )", text, flags=re.M)
    numbered = [exercise for exercise in exercises if exercise[0] != "-"]
    assert 2 <= len(numbered) <= 4, f"{len(numbered)} exercises"
    for exercise in exercises:
        assert exercise.count("<details>") == exercise.count("</details>") == 1, f"one answer for each:\n{exercise}"
    for exercise in numbered:
        assert JUDGES.search(exercise), f"nothing judges this: no transcript, no octets, no cases, no answer that is tested:\n{exercise}"
    for answer in answers(folder):
        assert f"(answers/{answer.name})" in text, f"{answer.relative_to(TOP)} is linked nowhere"


def test_the_map_knows_all_chapters():
    """In their order."""
    text = (TUTORIAL / "README.md").read_text(encoding="utf-8")
    assert list(dict.fromkeys(re.findall(r"\((\d\d-[^/]*)/README.md\)", text))) == [folder.name for folder in CHAPTERS]


@chapters
def test_answers_are_folded(folder):
    """To its end: what stands farther left than <details> is outside, and GitHub shows it."""
    indent = None
    for number, text in enumerate((folder / "README.md").read_text(encoding="utf-8").splitlines(), 1):
        if "<details>" in text:
            indent = text[:text.index("<")]
        where = f"{(folder / 'README.md').relative_to(TOP)}:{number}"
        assert indent is None or not text or text.startswith(indent), f"{where}: indent this line as <details> is"
        if "</details>" in text:
            indent = None


def test_every_page_is_linked():
    """From another one."""
    linked = {(page.path.parent / link.split("#")[0]).resolve() for page in pages() for _, text in page.prose
              for _, _, link in LINK.findall(text)}
    assert not {page.path for page in pages()} - linked
