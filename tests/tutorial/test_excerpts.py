"""Text and code cannot part: what a page shows of a file is in the file. (What it shows of the growing program, test_ladder.py asks.)"""
import pytest

import excerpts
import ladder
from pages import TOP, UPDATE, blocks, name, pages

CODE = [block for kind in ("cpp", "python", "rust", "cmake") for block in [*blocks(kind), *blocks(kind, TOP / "README.md")]
        if block.info[1:] not in (["wrong"], ["sketch"]) and not ladder.is_program(block)]
SOURCES = sorted([*TOP.glob("src/**/*.hpp"), *TOP.glob("src/**/*.cpp")])


def lines_of(file):
    return file.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("block", CODE, ids=name)
def test_is_in_its_file(block):
    """Every line of it, in the order of the file."""
    if UPDATE and not is_shown(block):
        update(block)
    assert excerpts.shown(block, lines_of(block.target))


def is_shown(block):
    try:
        return bool(excerpts.shown(block, lines_of(block.target)))
    except AssertionError:
        return False


def update(block):
    """Write the block again from its file, where that is safe."""
    new = excerpts.renewed(block, lines_of(block.target))
    if new is None or new == block.lines:
        return
    old = block.page.read_text(encoding="utf-8")
    block.page.write_text(old.replace(block.text(block.lines), block.text(new), 1), encoding="utf-8")
    block.lines = new


def counts(line):
    """Is this a line that has to be shown? Not if it says nothing by itself."""
    return line.strip() not in ("", "}", "};", "private:", "public:", "protected:", "#pragma once") and not line.startswith(
        ("#include", "namespace ", "}  // namespace", "using namespace"))


def test_how_much_of_the_program_is_shown(capsys):
    """No rule, but good to know."""
    shown = {file: set() for file in SOURCES}
    for block in CODE:
        if block.target in shown:
            shown[block.target] |= excerpts.shown(block, lines_of(block.target))
    total, missing, report = 0, 0, []
    for file, numbers in shown.items():
        wanted = {number for number, line in enumerate(lines_of(file)) if counts(line)}
        total, missing = total + len(wanted), missing + len(wanted - numbers)
        left = sorted(number + 1 for number in wanted - numbers)
        report.append(f"{len(wanted & numbers):4} of {len(wanted):4}  {file.relative_to(TOP)}  {ranges(left)}")
    report.append(f"{total - missing:4} of {total:4}  in all: {1 - missing / total:.1%}")
    with capsys.disabled():
        print("\n" + "\n".join(report))


def ranges(numbers):
    """[1, 2, 3, 7] is "not: 1-3 7"."""
    runs = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return "not: " + " ".join(f"{a}-{b}" if a != b else f"{a}" for a, b in runs) if runs else ""


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.path.relative_to(TOP)))
def test_every_block_says_what_it_is(page):
    """So that no block goes unchecked because of a slip."""
    known = ["cpp", "cpp wrong", "cpp sketch", "python", "rust", "cmake", "console", "hex", "mermaid", "text"]
    for block in page.blocks:
        assert " ".join(block.info) in known, f"{block.where}: ```{' '.join(block.info)}, expected one of {known}"
