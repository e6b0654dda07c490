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
PARTS = ["README.md", "src", "tutorial", "tests/tutorial", "tests/blackbox", "tests/unit", "tests/socks5spec", "tests/bench", "tests/zoo",
         "wireshark"]


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
    (GREETING, "struct greeting {", "struct Greeting {", "test_excerpts.py", "greeting.hpp has no such lines.*\n.*struct Greeting"),
    ("src/socks5/greeting.hpp", "take<2>(read);\n        if (ver", "take<3>(read);\n        if (ver", "test_excerpts.py",
     "greeting.hpp has no such lines"),
    (GREETING, "01 00\n```", "01 01\n```", "test_console.py", r"should print, says the page:\s+.* 01 01"),
    (GREETING, "00 01 02  METHODS", "00 01 03  METHODS", "test_octets.py", "login-accepted.pcap has there 00 01 02"),
    ("tutorial/04-greeting/octets-login-accepted-4.svg", ">03<", ">04<", "test_octets.py", "octets-login-accepted-4.svg does not show"),
    (GREETING, "(../05-addresses/README.md)", "(../05-adresses/README.md)", "test_links.py", "05-adresses/README.md does not exist"),
], ids=["the text of a block", "the code", "a transcript", "octets", "a picture", "a link"])
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
    assert re.search(rf"{GREETING}:\d+", done.stdout), f"it does not say where:\n{done.stdout}"


def test_the_copy_itself(copy):
    """Is right: otherwise the others would prove nothing."""
    for test in ("test_excerpts.py", "test_octets.py", "test_links.py"):
        assert check(copy, test, "04-greeting").returncode == 0
    assert os.environ["PLAINSOCKS_BUILD"] and pathlib.Path(os.environ["PLAINSOCKS_BUILD"]).is_dir()


def test_update(copy):
    """A line more in the middle of what a page shows is put into the page, and all else stays as it is."""
    source, page = copy / "src/socks5/greeting.hpp", copy / GREETING
    before, line = page.read_text(encoding="utf-8"), "        auto const [ver, nmethods] = take<2>(read);\n"
    source.write_text(source.read_text(encoding="utf-8").replace(line, line + "        // another line\n"), encoding="utf-8")
    assert check(copy, "test_excerpts.py", "04-greeting").returncode == 1
    assert check(copy, "test_excerpts.py", "04-greeting", TUTORIAL_UPDATE="1").returncode == 0
    assert check(copy, "test_excerpts.py", "04-greeting").returncode == 0
    assert page.read_text(encoding="utf-8") == before.replace(line, line + "        // another line\n")
