"""The two finished climbs of chapter 14, in Python and in Rust: socks5spec finds nothing wrong with them.

RUSTC may name the compiler. What is missing is skipped."""
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from namespaces import with_hosts
from waiting import patience, wait_until

CLIMBS = pathlib.Path(__file__).resolve().parents[2] / "tutorial" / "14-your-own-server"
SPEC = os.environ.get("SOCKS5SPEC", "SOCKS5SPEC is not set")
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


class Server:
    """A climb that listens on a free port."""

    def __init__(self, folder, command):
        self.said = folder / "said"
        with open(self.said, "wb") as said:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT)
        found = wait_until("the line 'listening on'", lambda: self.listening() or self.process.poll() is not None, 20)
        assert found is not True, f"it has ended: {self.said.read_text()}"
        self.address = found.group(1)
        self.beginning = self.footprint()

    def listening(self):
        return re.search(r"^listening on (127\.0\.0\.1:\d+)$", self.said.read_text(), re.M)

    def footprint(self):
        """Threads and descriptors, where the system shows them."""
        folder = pathlib.Path("/proc", str(self.process.pid))
        return [len(os.listdir(folder / what)) for what in ("task", "fd")] if folder.exists() else []

    def check(self):
        """It runs on, and no client has left anything behind."""
        wait_until(f"threads and descriptors to be {self.beginning} again", lambda: self.footprint() == self.beginning, 20)
        assert self.process.poll() is None
        said = self.said.read_text()
        assert "Traceback" not in said and "panicked" not in said, said


@pytest.fixture
def start(tmp_path, climb):
    """A function that starts the climb with these options, and returns it."""
    started = []

    def start(*options, wrapper=()):
        started.append(Server(tmp_path, [*wrapper, *climb, "--listen", "127.0.0.1:0", *options]))
        return started[-1]

    yield start
    for server in started:
        server.process.kill()
        server.process.wait()


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


def excerpts():
    """The blocks of Python and Rust of the page: where each is, the file that the line above links, and its text."""
    lines = (CLIMBS / "README.md").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if line in ("```python", "```rust"):
            link = re.search(r"\(([^)]*)\)$", lines[number - 1])
            yield f"README.md:{number + 1}", link and link.group(1), "\n".join(lines[number + 1:lines.index("```", number)]) + "\n"


@pytest.mark.parametrize("where, file, text", [pytest.param(*excerpt, id=excerpt[0]) for excerpt in excerpts()])
def test_excerpt(where, file, text):
    """Each block is literally in its file."""
    assert file, f"{where}: the line above this block must link the file that it is from"
    assert text in (CLIMBS / file).read_text(encoding="utf-8"), f"{where}: not in {file} (any more); copy it anew"
