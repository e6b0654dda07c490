"""The two finished climbs of chapter 14, in Python and in Rust: socks5spec finds nothing wrong with them.

RUSTC may name the compiler. What is missing is skipped."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from namespaces import with_hosts
from pages import TUTORIAL
from servers import SPEC, Server
from waiting import patience, wait_until

CLIMBS = TUTORIAL / "14-your-own-server"
HOSTS = "127.0.0.1 localhost\n::1 localhost\n"  # a name with two kinds of address


@pytest.fixture(scope="session")
def rust(tmp_path_factory):
    """The command of the climb in Rust, compiled as the page says, and without a warning."""
    compiler = os.environ.get("RUSTC") or shutil.which("rustc")
    if not compiler:
        pytest.skip("no rustc here")
    program = tmp_path_factory.mktemp("rust") / "plainsocks"
    done = subprocess.run([compiler, "-O", "--edition", "2021", "-D", "warnings", "-o", program, CLIMBS / "plainsocks.rs"],
                          capture_output=True, text=True, timeout=patience(300), check=False)
    assert done.returncode == 0, done.stderr
    return [program]


@pytest.fixture(scope="session")
def python():
    """The command of the climb in Python."""
    interpreter = shutil.which("python3")
    if not interpreter:
        pytest.skip("no python3 here")
    return [interpreter, "-W", "error", "-B", CLIMBS / "plainsocks.py"]


@pytest.fixture(params=["python", "rust"])
def climb(request):
    return request.getfixturevalue(request.param)


class Climb(Server):
    """One of them, on a free port."""

    def __init__(self, folder, command):
        super().__init__(folder, command)
        self.beginning = self.footprint()

    def footprint(self):
        """Threads and descriptors, where the system shows them."""
        folder = pathlib.Path("/proc", str(self.process.pid))
        return [len(os.listdir(folder / what)) for what in ("task", "fd")] if folder.exists() else []

    def check(self):
        """It runs on, and no client has left anything behind."""
        wait_until(f"threads and descriptors to be {self.beginning} again", lambda: self.footprint() == self.beginning, 20)
        assert self.process.poll() is None
        assert not re.search("Traceback|panicked", self.output()), self.output()


@pytest.fixture
def start(tmp_path, climb):
    """A function that starts the climb with these options, and returns it."""
    with contextlib.ExitStack() as started:
        yield lambda *options, wrapper=(): started.enter_context(
            Climb(tmp_path, [*wrapper, *climb, "--listen", "127.0.0.1:0", *options]))


def begin(server, *options, wrapper=()):
    """Starts the tester."""
    command = [*wrapper, SPEC, "--server", server.address, "--strict", "--format", "json", "--timeout", str(patience(5)),
               *options]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def outcomes(tester, seconds):
    """What it says of each case, when it has run to its end."""
    try:
        report, error = tester.communicate(timeout=patience(seconds))
    finally:
        tester.kill()
    assert report, error
    cases = json.loads(report)["cases"]
    failed = [case for case in cases if case["outcome"] == "failed"]
    assert not failed, "\n".join(f"{case['section']} {case['title']}: expected {case['expected']}, got {case['got']}\n"
                                 f"{case['story']}" for case in failed)
    assert tester.returncode == 0, error
    return {what: [case for case in cases if case["outcome"] == what] for what in ("passed", "not supported", "not run")}


@pytest.mark.parametrize("login", [(), ("--user", "tester:secret")], ids=["without login", "with login"])
def test_every_case(start, tmp_path, login):
    """All pass but those of a login that is not offered, and those that need minutes."""
    hosts = with_hosts(tmp_path, HOSTS)
    server = start(*login, wrapper=hosts)
    required = "bind,udp,ipv6,login" if login else "bind,udp,ipv6"
    found = outcomes(begin(server, *login, "--require", required, wrapper=hosts), 180)
    assert all(case["chapter"] in (3, 4) for case in found["not supported"])
    assert not (login and found["not supported"])
    assert len(found["not run"]) == 4  # those of --slow
    assert len(found["passed"]) >= (115 if login else 100)
    server.check()


def test_silent_clients(start):
    """They are dropped: after ten seconds in the handshake, and after a minute in BIND. Two testers wait at once."""
    server = start()
    handshakes, waits = begin(server, "--chapter", "9", "--slow=15"), begin(server, "--chapter", "10", "--slow=35")
    for tester in handshakes, waits:
        assert not outcomes(tester, 180)["not run"]
    server.check()
