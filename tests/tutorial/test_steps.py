"""The pages make the growing program, and every step of it compiles."""
import pytest

import compilers
import ladder
from ladder import folder_of, program, steps
from pages import TOP, UPDATE

GROWS = range(1, 13)
STEPS = [(chapter, index) for chapter in GROWS for index in range(len(steps(folder_of(chapter) / "README.md")))]


def page(chapter):
    return folder_of(chapter) / "README.md"


@pytest.mark.parametrize("chapter", GROWS)
def test_the_page_makes_the_program(chapter):
    """All its blocks, in order, on the program of the chapter before (of chapter 11, for 12, which stands beside)."""
    made = ladder.made(chapter)
    if UPDATE:
        (folder_of(chapter) / "proxy.cpp").write_text("\n".join(made) + "\n", encoding="utf-8")
    difference = ladder.difference(chapter)
    assert not difference, f"{origin(chapter, made)}: the page does not make its program (any more):\n{difference}"


def origin(chapter, made):
    """The block that the first wrong line is from."""
    wrong = next((line for line in made if line not in program(chapter)), None)
    blocks = [edit.where for edit, _ in ladder.edits(page(chapter)) if wrong in edit.lines]
    return blocks[-1] if blocks else page(chapter).relative_to(TOP)


@pytest.mark.parametrize("chapter, index", STEPS)
def test_step(chapter, index):
    """A section, or an answer: compiles without a warning, and is not too long."""
    step = steps(page(chapter))[index]
    assert step.new <= ladder.NEW_LINES, (f"{page(chapter).relative_to(TOP)}: the section '{step.title}' has {step.new} new lines, and "
                                          f"{ladder.NEW_LINES} are enough: divide it")
    try:
        compilers.check(step.program)
    except AssertionError as wrong:
        pytest.fail(f"{page(chapter).relative_to(TOP)}, at the end of '{step.title}': {wrong}")


def test_size():
    """The whole server stays small enough to be typed."""
    lines = program(11)
    code = [line for line in lines if line.strip() and not line.strip().startswith("//")]
    assert len(code) <= 450 and len(lines) <= 560, f"{len(code)} lines of code, {len(lines)} in all"


def test_another_network_leaves_the_protocol_alone():
    """Chapter 12 changes no line of the messages."""
    def messages(lines):
        begin = next(at for at, line in enumerate(lines) if line.startswith("// ---- The messages"))
        end = next(at for at, line in enumerate(lines) if at > begin and line.startswith("// ----"))
        return lines[begin:end]
    assert messages(program(11)) == messages(program(12))
