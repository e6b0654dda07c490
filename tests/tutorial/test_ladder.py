"""The pages make the growing program, every step of it compiles, and each chapter's end passes what the chapters so far have built."""
import difflib

import pytest

import compilers
import ladder
from ladder import folder_of, program, steps
from pages import TOP, UPDATE
from servers import Server, alone

GROWS = range(1, 13)
JUDGED = range(2, 13)
WITH_LOGIN = range(4, 13)
DEMANDS = {10: ["--require", "bind"], 11: ["--require", "udp"]}
STEPS = [(chapter, index) for chapter in GROWS for index in range(len(steps(folder_of(chapter) / "README.md")))]


def page(chapter):
    return folder_of(chapter) / "README.md"


@pytest.mark.parametrize("chapter", GROWS)
def test_the_page_makes_the_program(chapter):
    """All its blocks, in order, on the program of the chapter before (of chapter 11, for 12, which stands beside)."""
    made = [step.program for step in steps(page(chapter)) if not step.answer]
    made = made[-1] if made else program(chapter - 1)
    if UPDATE:
        (folder_of(chapter) / "proxy.cpp").write_text("\n".join(made) + "\n", encoding="utf-8")
    difference = "\n".join(difflib.unified_diff(made, program(chapter), f"what {page(chapter).relative_to(TOP)} makes",
                                                f"{folder_of(chapter).name}/proxy.cpp", lineterm=""))
    assert not difference, difference


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


def server(folder, chapter, *login):
    return Server(folder, [compilers.compiled(program(chapter)), "0", *login], alone(folder))


@pytest.mark.parametrize("chapter", JUDGED)
def test_chapter_is_green(tmp_path, chapter):
    """All cases up to it, also those of common sense."""
    with server(tmp_path, chapter) as running:
        assert running.failures("--until", str(min(chapter, 11)), "--strict") == set()


@pytest.mark.parametrize("chapter", WITH_LOGIN)
def test_chapter_is_green_with_a_login(tmp_path, chapter):
    """Again, for somebody who has a name and a password."""
    with server(tmp_path, chapter, "alice", "secret") as running:
        assert running.failures("--until", str(min(chapter, 11)), "--strict", "--user", "alice:secret", "--require", "login") == set()


@pytest.mark.parametrize("chapter", range(2, 12))
def test_the_chapter_before_is_not(tmp_path, chapter):
    """Something of a chapter fails without it, and the page says so."""
    with server(tmp_path, chapter - 1) as running:
        failed = running.failures("--chapter", str(chapter), "--strict", "--timeout", "1", *DEMANDS.get(chapter, []))
    text = page(chapter).read_text(encoding="utf-8")
    assert failed, f"the program of chapter {chapter - 1} passes all that chapter {chapter} is about"
    assert any(title in text for title in failed), f"the page shows none of what fails without it: {sorted(failed)}"


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
