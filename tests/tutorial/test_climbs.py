"""The two finished climbs of chapter 14, in Python and in Rust: socks5spec finds nothing wrong with them, until they are
changed as the exercises ask.

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


def hosts(folder):
    """What the programs see as /etc/hosts, where that can be had; elsewhere one case may not be run."""
    try:
        return with_hosts(folder, HOSTS)
    except pytest.skip.Exception:
        return []


def rust(source, folder, *options):
    """The command of a program in Rust, compiled as the page says."""
    compiler = os.environ.get("RUSTC") or shutil.which("rustc")
    if not compiler:
        pytest.skip("no rustc here")
    program = folder / "compiled"
    done = subprocess.run([compiler, "-O", "--edition", "2021", *options, "-o", program, source],
                          capture_output=True, text=True, timeout=patience(300), check=False)
    assert done.returncode == 0, done.stderr
    return [program]


def python(source):
    """The command of a program in Python."""
    interpreter = shutil.which("python3")
    if not interpreter:
        pytest.skip("no python3 here")
    return [interpreter, "-W", "error", "-B", source]


@pytest.fixture(scope="session", params=["python", "rust"])
def climb(request, tmp_path_factory):
    """The command of each; the Rust without a warning of the compiler."""
    if request.param == "python":
        return python(CLIMBS / "plainsocks.py")
    return rust(CLIMBS / "plainsocks.rs", tmp_path_factory.mktemp("rust"), "-D", "warnings")


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
    wrapper = hosts(tmp_path)
    server = start(*login, wrapper=wrapper)
    required = "bind,udp,ipv6,login" if login else "bind,udp,ipv6"
    found = outcomes(begin(server, *login, "--require", required, wrapper=wrapper), 180)
    assert all(case["chapter"] in (3, 4) for case in found["not supported"])
    assert not (login and found["not supported"])
    assert len(found["not run"]) <= (4 if wrapper else 5)  # those of --slow
    assert len(found["passed"]) >= (115 if login else 100)
    server.check()


def test_silent_clients(start):
    """They are dropped: after ten seconds in the handshake, and after a minute in BIND. Two testers wait at once."""
    server = start()
    handshakes, waits = begin(server, "--chapter", "9", "--slow=15"), begin(server, "--chapter", "10", "--slow=35")
    for tester in handshakes, waits:
        assert not outcomes(tester, 180)["not run"]
    server.check()


# The exercises: what to change in which program, the chapters to run then, and which cases fail.
EXERCISES = [
    ("plainsocks.py", """        octets = b""
        while len(octets) < n:
            more = self.read_some(n - len(octets))
            if not more:
                raise ConnectionError("broke off")
            octets += more
        return octets
""", """        octets = self.read_some(n)
        if len(octets) < n:
            raise ConnectionError("broke off")
        return octets
""", [3, 5], {"the greeting comes octet by octet", "a request with a name comes octet by octet",
           "a request with an IPv4 address comes octet by octet", "a request with an IPv6 address comes octet by octet",
           "the request comes in two pieces, each joined with something else"}),
    ("plainsocks.rs", """        reset_on_close(client);
        reset_on_close(target);
""", "", [9], {"a reset of the target reaches the client", "a reset of the client reaches the target"}),
    ("plainsocks.py", "if self.association.may_answer(sender):", "if True:", [11], {"only targets may answer"}),
    ("plainsocks.rs", """    let mut buffer = vec![0; 65536];
    loop {
        match source.read(&mut buffer)? {
            0 => return Ok(()),
            n => sink.write_all(&buffer[..n])?,
        }
    }
""", """    io::copy(&mut source, &mut sink)?;
    Ok(())
""", [8, 9], set()),
]


@pytest.mark.parametrize("file, old, new, chapters, expected", EXERCISES, ids=["1", "2", "3", "4"])
def test_exercise(tmp_path, file, old, new, chapters, expected):
    """The program, changed as the exercise asks, fails what its answer says."""
    source = (CLIMBS / file).read_text(encoding="utf-8")
    assert source.count(old) == 1, f"{file} has changed; change the exercise, and this test, too:\n{old}"
    changed = tmp_path / file
    changed.write_text(source.replace(old, new), encoding="utf-8")
    command = rust(changed, tmp_path) if file.endswith(".rs") else python(changed)
    with Server(tmp_path, [*command, "--listen", "127.0.0.1:0"]) as server:
        failed = [server.failures("--chapter", str(chapter)) for chapter in chapters]
    assert set.union(*failed) == expected
