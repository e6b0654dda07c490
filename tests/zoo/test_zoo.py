"""The tester finds the bug of each animal, and says so: what it says is in expected/ANIMAL.txt.

With ZOO_UPDATE=1 these files are written anew. Read what has changed in them: does the animal fail where it should, and
would a student understand why?
"""
import concurrent.futures
import difflib
import json
import os
import pathlib
import re
import subprocess
import textwrap

import pytest

from namespaces import alone, inside
from proxy import Proxy
from waiting import SLOW

ZOO, PLAINSOCKS, TESTER = (os.path.abspath(os.environ[name]) for name in ("ZOO", "PLAINSOCKS", "SOCKS5SPEC"))
EXPECTED = pathlib.Path(__file__).parent / "expected"
LISTED = subprocess.run([ZOO, "--list"], capture_output=True, text=True, check=True).stdout.splitlines()
BUGS = dict(re.split("  +", line, maxsplit=1) for line in LISTED)
CHAPTERS = range(2, 12)
AT_ONCE = 4 if SLOW else 32  # they mostly wait
PATIENCE = 10 if SLOW else 3  # seconds for an octet that has to come


USER = ("--user=alice:secret",)
SLOWLY = ("--slow=10",)


def options_for(animal):
    """Bugs in the login show only to a client who has one, and missing limits to a patient one."""
    if animal.startswith("login-"):
        return USER
    return SLOWLY if animal == "waits-for-ever" else ()


def tried(folder, wrapper, chapter, server, *arguments, options):
    """What the tester says about this server: a list of cases."""
    folder.mkdir(parents=True)
    running = Proxy(folder, *arguments, path=server, wrapper=wrapper)
    try:
        command = [TESTER, f"--server={running.url}", f"--chapter={chapter}", f"--timeout={PATIENCE}", "--format=json"]
        if wrapper:
            command = inside(running, *command, spaces=("--net", "--mount"))
        said = subprocess.run([*command, *options], capture_output=True, check=False, timeout=600)
        return json.loads(said.stdout)["cases"]
    finally:
        running.process.kill()
        running.process.wait()


def cases_of(chapters):
    return [case for chapter in chapters for case in chapter.result()]


def name(case):
    return f"{case['section']} {case['level']} {case['title']}"


def shown(case):
    """A case without what is different each time: ports, offsets, times."""
    text = f"{case['outcome'].upper()}  {name(case)}\n"
    parts = {"Demand": "demand", "Expected": "expected", "Got": "got", "Likely cause": "cause"}
    for part, key in parts.items():
        if case[key] and (case["outcome"] == "failed" or key == "got"):
            steady = case[key]
            if key in ("expected", "got"):
                steady = re.sub(r"(?<!\")\d{4,}|\d+(?= ms)|(?<=offset )\d+|(?<=after )\d+", "N", steady)
                steady = re.sub(r"(?<=01 7f 00 00 01) \w\w \w\w", " .. ..", steady)
                # What stands in front comes alone, or together with the data: a matter of chance.
                steady = re.sub(r"another octet$|\w+ octets? (is|are) too many.*", "other octets", steady)
                steady = re.sub(r"\w+ octets? (is|are) (missing|doubled).*", r"some octets are \2", steady)
            if key == "got" and not re.search("FIN|RST", case["expected"]):  # which one is a matter of chance
                steady = re.sub(r"the end of the connection \(FIN\)|a reset of the connection \(RST\)"
                                r"( \(it closed while octets of ours were unread\))?",
                                "the end of the connection (FIN or RST)", steady)
            text += textwrap.fill(steady, 116, initial_indent=f"  {part:<12} ", subsequent_indent=" " * 15) + "\n"
    return text


@pytest.fixture(scope="session")
def keeper(tmp_path_factory):
    """Starts all animals, several at once, and knows what is to be expected on this machine."""
    return Keeper(tmp_path_factory.mktemp("zoo"))


class Keeper:
    def __init__(self, folder):
        try:  # the same names on each machine, no name servers, and no port that belongs to somebody else
            wrapper = alone(folder, "127.0.0.1 localhost\n::1 localhost\n")
        except pytest.skip.Exception:
            wrapper = ()
        pool = concurrent.futures.ThreadPoolExecutor(AT_ONCE)

        def start(server_name, *server, options):
            """A new server for each chapter, for some do not survive one."""
            return [pool.submit(tried, folder / server_name / str(chapter), wrapper, chapter, *server, options=options)
                    for chapter in CHAPTERS]

        users = folder / "users"
        users.write_text("alice:secret\n")
        limits = ("--handshake-timeout=5", "--connect-timeout=5", "--bind-timeout=5")
        self.sound = {(): start("sound", PLAINSOCKS, "--quiet", options=()),
                      USER: start("sound-login", PLAINSOCKS, "--quiet", f"--users={users}", options=USER),
                      SLOWLY: start("sound-slowly", PLAINSOCKS, "--quiet", *limits, options=SLOWLY)}
        self.animals = {}
        for animal in BUGS:
            options = options_for(animal)
            user = options if options == USER else ()
            self.animals[animal] = start(animal, ZOO, animal, *user, options=options)
        pool.shutdown(wait=False)

    def untried(self, animal):
        """The names of what plainsocks does not pass either: not asked for, or not to be had on this machine."""
        cases = cases_of(self.sound[options_for(animal)])
        assert not [name(case) for case in cases if case["outcome"] == "failed"], "plainsocks has failed"
        return {name(case) for case in cases if case["outcome"] != "passed"}

    def found(self, animal):
        return [shown(case) for case in cases_of(self.animals[animal]) if case["outcome"] != "passed"]


@pytest.mark.parametrize("animal", BUGS)
def test_zoo(animal, keeper):
    untried = keeper.untried(animal)

    def lines(heading, *blocks):
        tried_blocks = [block for block in blocks if block.splitlines()[0].split("  ", 1)[1] not in untried]
        return "\n".join([heading, *tried_blocks]).splitlines()

    found = [f"{animal}: {BUGS[animal]}\n", *keeper.found(animal)]
    file = EXPECTED / f"{animal}.txt"
    if os.environ.get("ZOO_UPDATE"):
        file.write_text("\n".join(lines(*found)) + "\n")
    expected = lines(*re.split(r"(?<=\n)\n(?=\S)", file.read_text()))
    difference = "\n".join(difflib.unified_diff(expected, lines(*found), str(file), "found", lineterm=""))
    assert not difference, difference
