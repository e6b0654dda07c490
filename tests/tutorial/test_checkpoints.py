"""The checkpoint of each chapter, judged by socks5spec. What a chapter has not built yet must fail, and nothing else."""
import json
import os
import pathlib
import re
import subprocess

import pytest

from pages import CHAPTERS
from waiting import patience, wait_until

BUILD = pathlib.Path(os.environ.get("PLAINSOCKS_BUILD", "PLAINSOCKS_BUILD is not set"))
SPEC = os.environ.get("SOCKS5SPEC", "SOCKS5SPEC is not set")

# By chapter: the cases that want more than the chapter has built.
NOT_YET = {
    4: {"methods are not taken for the request"},
    5: {"an IPv4 address", "a name", "the high octet of the port comes first", "an IPv4 address as a name"},
    6: {"the reply to a success is whole, and single", "RSV is not zero"},
    7: {"one target does not answer, and other clients are served"},
}
WHOLE = {9: ("--until", "9"), 12: ("--until", "11")}  # these must still pass all that came before
JUDGED = [int(folder.name[:2]) for folder in CHAPTERS if (folder / "checkpoint.cpp").exists() and folder.name > "04"]


@pytest.fixture
def start(tmp_path):
    """A function that starts a checkpoint and returns where it listens."""
    started = []

    def start(chapter, *arguments):
        path = tmp_path / "output"
        with open(path, "wb") as output:
            started.append(subprocess.Popen([BUILD / "tutorial" / f"checkpoint-{chapter:02}", "0", *arguments],
                                            stdout=output, stderr=subprocess.STDOUT))
        return wait_until("the line 'listening on'", lambda: re.search(r"^listening on (\S+)", path.read_text()), 10).group(1)

    yield start
    for process in started:
        process.kill()
        process.wait()


def judge(server, *options):
    done = subprocess.run([SPEC, "--server", server, "--format", "json", *options], stdout=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, timeout=patience(120), check=False)
    return json.loads(done.stdout)


@pytest.mark.parametrize("chapter", JUDGED)
def test_checkpoint(start, chapter):
    """Passes all cases of its chapter but those that need what comes later."""
    options = WHOLE.get(chapter, ("--chapter", str(chapter)))
    report = judge(start(chapter), *options)
    failed = {case["title"] for case in report["cases"] if case["outcome"] == "failed"}
    assert failed == NOT_YET.get(chapter, set())
    assert any(case["outcome"] == "passed" for case in report["cases"])


def test_greeting_with_a_login(start):
    """Chapter 4 again, for a server that has a user."""
    report = judge(start(4, "alice", "secret"), "--chapter", "4", "--user", "alice:secret")
    failed = {case["title"] for case in report["cases"] if case["outcome"] == "failed"}
    assert failed == NOT_YET[4]
