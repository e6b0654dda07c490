"""The program of each chapter passes what the chapters so far have built, and that of the chapter before does not."""
import signal

import pytest

import compilers
from ladder import folder_of, program
from servers import Server, alone
from waiting import patience

JUDGED = range(2, 13)
WITH_LOGIN = range(4, 13)
DEMANDS = {10: ["--require", "bind"], 11: ["--require", "udp"]}


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
    text = (folder_of(chapter) / "README.md").read_text(encoding="utf-8")
    assert failed, f"the program of chapter {chapter - 1} passes all that chapter {chapter} is about"
    assert any(title in text for title in failed), f"the page shows none of what fails without it: {sorted(failed)}"


@pytest.mark.parametrize("chapter", range(9, 13))
def test_stops(tmp_path, chapter):
    """At once, and without complaint."""
    with server(tmp_path, chapter) as running:
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(patience(5)) == 0
