"""The two finished climbs of chapter 14, in Python and in Rust: they look like the reader's own program in C++, and
socks5spec finds nothing wrong with them, until they are changed as the exercises ask.

RUSTC may name the compiler. What is missing is skipped."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess

import pytest

from namespaces import with_hosts
from pages import TUTORIAL
from servers import BUILD, SPEC, Server
from waiting import patience, wait_until

CLIMBS = TUTORIAL / "14-your-own-server"
PROXY = TUTORIAL / "11-udp-associate" / "proxy.cpp"
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
    """A function that starts the climb with this name and password, and returns it."""
    with contextlib.ExitStack() as started:
        yield lambda *login, options=(), wrapper=(): started.enter_context(
            Climb(tmp_path, [*wrapper, *climb, *options, "0", *login]))


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


@pytest.mark.parametrize("login", [(), ("tester", "secret")], ids=["without login", "with login"])
def test_every_case(start, tmp_path, login):
    """All pass but those of a login that is not offered, and those that need minutes."""
    wrapper = hosts(tmp_path)
    server = start(*login, wrapper=wrapper)
    options = ["--user", ":".join(login), "--require", "bind,udp,ipv6,login"] if login else ["--require", "bind,udp,ipv6"]
    found = outcomes(begin(server, *options, wrapper=wrapper), 180)
    assert all(case["chapter"] == 4 for case in found["not supported"])
    assert not (login and found["not supported"])
    assert len(found["not run"]) <= (5 if wrapper else 6)  # those of --slow
    assert len(found["passed"]) >= (118 if login else 104)
    server.check()


def test_silent_clients(start):
    """They are dropped: after ten seconds in the handshake, and after a minute in BIND. Two testers wait at once."""
    server = start()
    handshakes, waits = begin(server, "--chapter", "9", "--slow=15"), begin(server, "--chapter", "10", "--slow=35")
    for tester in handshakes, waits:
        assert not outcomes(tester, 180)["not run"]
    server.check()


def names(pattern, file):
    """What is defined at the left margin. MethodSelection is method_selection."""
    found = re.findall(pattern, file.read_text(encoding="utf-8"), re.M)
    return list(dict.fromkeys(name.lower().replace("_", "") for name in found))


# What each language has another thing for: see the page.
OTHERWISE = {"plainsocks.py": {"take", "text"}, "plainsocks.rs": {"text", "refused", "closewithreset"}}


@pytest.mark.parametrize("file", OTHERWISE)
def test_lies_beside_the_program_in_cpp(file):
    """The same sections, and in them the same names in the same order, but for those that are needed in one language only."""
    cpp = names(r"^(?:enum class |struct |class |\w[^(;={\n]* (?=\w+\())(\w+)", PROXY)
    climb = names(r"^(?:class|def|struct|enum|mod|fn) (\w+)", CLIMBS / file)
    assert len(cpp) > 40
    assert [name for name in climb if name in cpp] == [name for name in cpp if name not in OTHERWISE[file]]
    sections = names(r"^(?://|#) ---- ([^.,\n]+)", CLIMBS / file)
    assert [section for section in sections if section != "the trace"] == names(r"^// ---- ([^.,\n]+)", PROXY)


def converse(address):
    """A CONNECT that is refused, and a datagram that is answered."""
    with contextlib.ExitStack() as stack:
        def log_in():
            client = stack.enter_context(socket.create_connection(address, patience(10)))
            client.sendall(bytes.fromhex("05 03 00 01 02"))
            assert client.recv(2) == b"\5\2"
            client.sendall(b"\1\6tester\6secret")
            assert client.recv(2) == b"\1\0"
            return client
        client = log_in()
        client.sendall(b"\5\1\0\3\x09127.0.0.1\0\1")
        assert client.recv(10) == b"\5\5\0\1" + bytes(6)
        client = log_in()
        client.sendall(b"\5\3\0\1" + bytes(6))
        relay = ("127.0.0.1", int.from_bytes(client.recv(10)[8:], "big"))
        datagrams = [stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(2)]
        for datagram in datagrams:
            datagram.settimeout(patience(10))
            datagram.bind(("127.0.0.1", 0))
        port = datagrams[1].getsockname()[1].to_bytes(2, "big")
        datagrams[0].sendto(b"\0\0\0\1\x7f\0\0\1" + port + b"hello", relay)
        data, sender = datagrams[1].recvfrom(100)
        assert data == b"hello"
        datagrams[1].sendto(b"HELLO!", sender)
        assert datagrams[0].recv(100)[10:] == b"HELLO!"


def traced(server):
    """The trace of that conversation, without the ports."""
    host, port = server.host_and_port
    converse((host, port))
    wait_until("the second datagram in the trace", lambda: server.output().count(" DATA ") == 2, 10)
    lines = [line for line in server.output().splitlines() if line.startswith("#")]
    return [re.sub(r"[0-9a-f]{2} [0-9a-f]{2}( +\w+\.PORT +)[1-9]\d{3,}$", r"PORT\1", line) for line in lines]


def test_trace(start, tmp_path):
    """It shows what that of plainsocks shows."""
    folder = tmp_path / "plainsocks"
    folder.mkdir()
    command = [BUILD / "src" / "plainsocks", "--listen", "127.0.0.1:0", "--trace", "--user", "tester:secret"]
    with Server(folder, command) as plainsocks:
        expected = traced(plainsocks)
    shown = traced(start("tester", "secret", options=["--trace"]))
    assert shown == expected
    assert "secret" not in "".join(shown)


# The exercises: what to change in which program, the chapters to run then, and which cases fail.
EXERCISES = [
    ("plainsocks.py", "while len(came) < start + n:", "if len(came) < start + n:", [3],
     {"the greeting comes octet by octet", "a request with an IPv4 address comes octet by octet",
      "the request comes in two pieces, each joined with something else"}),
    ("plainsocks.rs", """    reset_on_close(client);
    reset_on_close(target);
""", "", [9], {"a reset of the target reaches the client", "a reset of the client reaches the target",
               "a reset of the target reaches a client that is sending"}),
    ("plainsocks.py", "elif sender in self.targets:", "else:", [11],
     {"only targets may answer", "datagrams of another host are dropped"}),
    ("plainsocks.rs", """    let mut buffer = vec![0; 65536];
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(()),
            n => to.write_all(&buffer[..n])?,
        }
    }
""", """    io::copy(&mut from, &mut to)?;
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
    with Server(tmp_path, [*command, "0"]) as server:
        failed = [server.failures("--chapter", str(chapter)) for chapter in chapters]
    assert set.union(*failed) == expected
