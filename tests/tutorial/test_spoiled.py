"""The tests of the pages notice a single wrong character, and say where it is."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

from pages import TOP
from waiting import patience

GREETING = "tutorial/04-greeting/README.md"
IN_PLAINSOCKS = "tutorial/04-greeting/in-plainsocks.md"
PARTS = ["README.md", "src", "tutorial", "tests/tutorial", "tests/blackbox", "tests/unit", "tests/socks5spec", "tests/bench", "tests/zoo",
         "tests/run.sh", "wireshark"]


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """What the pages are made of, to be spoiled."""
    folder = tmp_path_factory.mktemp("spoiled")
    for part in PARTS:
        (folder / part).parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (TOP / part).is_dir() else shutil.copy)(TOP / part, folder / part)
    return folder


def check(folder, test, page, **variables):
    """What a test says of a page of the copy."""
    return subprocess.run([sys.executable, "-B", "-m", "pytest", "-q", f"tests/tutorial/{test}", "-k", page], cwd=folder, text=True,
                          env=os.environ | variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=patience(60),
                          check=False)


@pytest.mark.parametrize("file, right, wrong, test, said", [
    (IN_PLAINSOCKS, "struct greeting {", "struct Greeting {", "test_excerpts.py", "greeting.hpp has no such lines.*\n.*struct Greeting"),
    ("src/socks5/greeting.hpp", "take<2>(read);\n        if (ver", "take<3>(read);\n        if (ver", "test_excerpts.py",
     "greeting.hpp has no such lines"),
    (GREETING, "01 00\n```", "01 01\n```", "test_console.py", r"should print, says the page:\s+.* 01 01"),
    (GREETING, "00 01 02  METHODS", "00 01 03  METHODS", "test_octets.py", "login-accepted.pcap has there 00 01 02"),
    (GREETING, "NMETHODS  3 methods", "NMETHOD   3 methods", "test_replay.py", r"03 NMETHOD .*; plainsocks --trace shows there .*NMETHODS"),
    (GREETING, "NMETHODS  3 methods", "NMETHODS  4 methods", "test_replay.py", "is 03 NMETHODS 4 methods; .*3 methods"),
    (GREETING, "listening on 127.0.0.1:10800", "listening on 127.0.0.1:1080", "test_console.py",
     r"and prints:\n.* listening on 127.0.0.1:10800\n"),
    (GREETING, "octets-login-accepted-6.svg", "octets-login-accepted-8.svg", "test_octets.py", "behind this block should stand .*accepted-6"),
    ("tutorial/04-greeting/octets-login-accepted-4.svg", ">03<", ">04<", "test_octets.py", "octets-login-accepted-4.svg does not show"),
    (GREETING, "proxy->>client: login", "proxy->>cleint: login", "test_diagrams.py", "'cleint' is none of the participants"),
    (GREETING, "(../05-addresses/README.md)", "(../05-adresses/README.md)", "test_links.py", "05-adresses/README.md does not exist"),
], ids=["the text of a block", "the code", "a transcript", "octets", "the name of a field", "what it says", "what a server prints",
        "a picture at another block", "a picture", "a diagram", "a link"])
def test_a_wrong_character(copy, file, right, wrong, test, said):
    """In the text or in what it is about."""
    path = copy / file
    text = path.read_text(encoding="utf-8")
    assert right in text, f"{file} has no longer {right!r}"
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    try:
        done = check(copy, test, "04-greeting")
    finally:
        path.write_text(text, encoding="utf-8")
    assert done.returncode == 1 and re.search(said, done.stdout), done.stdout
    assert re.search(rf"({GREETING}|{IN_PLAINSOCKS}):\d+", done.stdout), f"it does not say where:\n{done.stdout}"


@pytest.mark.parametrize("right, wrong, test, chosen, said", [
    ("    method selected;", "    method chosen;", "test_steps.py", "makes_the_program and 4", r"does not make its program.*\n(.*\n)*.*-    method chosen;"),
    ("in `serve()`, ", "in `sevre()`, ", "test_steps.py", "makes_the_program and 4", r"`sevre\(\)` is not there"),
    ("    method selected;", "    method selected;" + " " * 90 + "//", "test_structure.py", "fits", "there is room for 96"),
    ("# 4. The greeting", "# 5. The greeting", "test_structure.py", "title", "04-greeting.*# 5"),
], ids=["a line of the program", "a place", "a line that is too long", "a title"])
def test_a_wrong_step(copy, right, wrong, test, chosen, said):
    """In a page of which the growing program is made."""
    path = copy / GREETING
    text = path.read_text(encoding="utf-8")
    assert right in text, f"{GREETING} has no longer {right!r}"
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    try:
        done = check(copy, test, chosen)
    finally:
        path.write_text(text, encoding="utf-8")
    assert done.returncode in (1, 2) and re.search(said, done.stdout), done.stdout
    assert re.search(rf"{GREETING}:\d+", done.stdout) or test == "test_structure.py", f"it does not say where:\n{done.stdout}"


def test_the_copy_itself(copy):
    """Is right: otherwise the others would prove nothing."""
    for test in ("test_excerpts.py", "test_octets.py", "test_links.py"):
        assert check(copy, test, "04-greeting").returncode == 0
    assert os.environ["PLAINSOCKS_BUILD"] and pathlib.Path(os.environ["PLAINSOCKS_BUILD"]).is_dir()


def test_a_wrong_answer(copy):
    """A proxy that says something else than in a capture: here it is the capture that has been changed."""
    path = copy / "wireshark/captures/no-acceptable-method.pcap"
    octets = path.read_bytes()
    path.write_bytes(octets.replace(b"\5\xff", b"\5\xfe", 1))
    try:
        done = check(copy, "test_replay.py", "says_the_same")
    finally:
        path.write_bytes(octets)
    assert re.search("no-acceptable-method.pcap, frame 6: the proxy said 05 fe\n.*\n.*and it says +05 ff", done.stdout), done.stdout


def test_update_of_a_transcript(copy):
    """What a command prints is put into the page, and all else stays as it is."""
    page = copy / GREETING
    before = page.read_text(encoding="utf-8")
    page.write_text(before.replace(" 05 ff\n", " 05 fe\n and more\n"), encoding="utf-8")
    assert before.count(" 05 ff\n") == 2, "once in a list, once not"
    try:
        assert check(copy, "test_console.py", "04-greeting", TUTORIAL_UPDATE="1").returncode == 0
        assert page.read_text(encoding="utf-8") == before
    finally:
        page.write_text(before, encoding="utf-8")


def test_update(copy):
    """A line more in the middle of what a page shows is put into the page, and all else stays as it is."""
    source, page = copy / "src/socks5/greeting.hpp", copy / IN_PLAINSOCKS
    before, line = page.read_text(encoding="utf-8"), "        auto const [ver, nmethods] = take<2>(read);\n"
    source.write_text(source.read_text(encoding="utf-8").replace(line, line + "        // another line\n"), encoding="utf-8")
    assert check(copy, "test_excerpts.py", "04-greeting").returncode == 1
    assert check(copy, "test_excerpts.py", "04-greeting", TUTORIAL_UPDATE="1").returncode == 0
    assert check(copy, "test_excerpts.py", "04-greeting").returncode == 0
    assert page.read_text(encoding="utf-8") == before.replace(line, line + "        // another line\n")
