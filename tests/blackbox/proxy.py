"""The program under test: started, observed, stopped."""
import contextlib
import os
import re
import signal
import socket
import subprocess
import time

from waiting import patience, wait_until

STOPS_WITHIN = 10 if os.environ.get("PLAINSOCKS_SLOW") else 2  # seconds from SIGTERM to the exit, issue 2


def program():
    """The path of the program under test."""
    return os.path.abspath(os.environ.get("PLAINSOCKS", "PLAINSOCKS is not set"))


NAME = os.path.basename(program())  # what its lines on stderr begin with
COROUTINES = NAME.endswith("-coroutine")  # in one thread; otherwise each client has threads of its own


def run_program(*options, seconds=5):
    """Run the program to its end; for options with which it does not start to serve."""
    try:
        return subprocess.run([program(), *options], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=patience(seconds), check=False)
    except subprocess.TimeoutExpired as e:
        raise AssertionError(f"it should have ended, and runs on; it said {e.stdout} and {e.stderr}") from None


# For a proxy that will have to leave threads behind when it ends; and what it says then.
LEAVES_THREADS = {"env": os.environ | {"TSAN_OPTIONS": "report_thread_leaks=0"}}
LEFT_THREADS = f"{NAME}: some threads did not end: .*"

# Lines that programs with tools in them say on stderr. One that counts the lines it runs, when it may not write the counts:
# as another user, or no more of them. And the address sanitizer, when a program changes stacks.
OF_TOOLS = ["profiling:.*: ?Cannot open", "libgcov profiling error:.*:Error writing",
            r"==\d+==WARNING: ASan doesn't fully support makecontext/swapcontext functions .*"]


class Proxy:
    """A running proxy that listens on free ports of the loopback."""

    def __init__(self, folder, *options, listen=("127.0.0.1:0",), wrapper=(), stdout=None, path=None, **popen):
        """`wrapper` is a command in front of the program, which must exec it. `stdout`: instead of a file.
        `path`: a copy of the program."""
        self.out_path, self.err_path = os.path.join(folder, "stdout"), os.path.join(folder, "stderr")
        command = [*wrapper, path or program()] + [f"--listen={address}" for address in listen] + list(options)
        with open(self.out_path, "wb") as out, open(self.err_path, "wb") as err:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout or out, stderr=err,
                                            **popen)
        self.pid = self.process.pid
        self.socket = socket.socket  # makes the sockets of its clients and targets
        self.user = ()  # name and password, for a proxy that wants them
        self.harmless = []  # patterns of lines that a test expects on stderr
        self.addresses = []
        if stdout is None:
            self.wait_for_addresses(self.stdout, len(listen))

    def wait_for_addresses(self, text, count=1):
        """Until the output, which text() returns, says that the program listens."""
        def listening():
            self.addresses = re.findall(r"^listening on (\S+):(\d+)\r?$", text(), re.M)
            return len(self.addresses) == count or self.process.poll() is not None
        wait_until("the line 'listening on'", listening, 20)
        assert self.process.poll() is None, f"ended with {self.process.returncode}: {self.stderr()}"
        self.addresses = [(host.strip("[]"), int(port)) for host, port in self.addresses]

    @property
    def address(self):
        """Host and port of the first address where it listens."""
        return self.addresses[0]

    @property
    def url(self):
        """HOST:PORT of the first address where it listens, as curl and nc want it."""
        host, port = self.address
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def stdout(self):
        with open(self.out_path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()

    def stderr(self):
        with open(self.err_path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()

    def log(self):
        """The lines about clients that have left."""
        return [line for line in self.stdout().splitlines() if re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d #", line)]

    def not_shown(self, what):
        """How many lines of that kind the log has left out, as it says itself."""
        return sum(map(int, re.findall(rf"^\S+ \S+ {what} not shown: (\d+)$", self.stdout(), re.M)))

    def wait_for_log(self, text, seconds=10):
        """The first log line with this text in it."""
        def line():
            return next((line for line in self.log() if text in line), None)
        try:
            return wait_until(f"a log line with '{text}'", line, seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\nthe log is:\n{self.stdout()}") from None

    def wait_for_lines(self, count):
        """So many lines of the log, one for each client. Each comes when its thread ends, so their order is any."""
        wait_until(f"{count} lines in the log", lambda: len(self.log()) >= count)
        return self.log()

    def threads(self):
        return len(os.listdir(f"/proc/{self.pid}/task"))

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def pipes(self):
        """Ends of pipes: some for signals, and two for each direction in which the system moves data in bulk."""
        def target(descriptor):
            with contextlib.suppress(FileNotFoundError):  # it was closed meanwhile
                return os.readlink(f"/proc/{self.pid}/fd/{descriptor}")
            return ""
        return sum(target(each).startswith("pipe:") for each in os.listdir(f"/proc/{self.pid}/fd"))

    def footprint(self):
        """Threads and descriptors: what a client that has gone must not leave behind."""
        return self.threads(), self.descriptors()

    def wait_for_footprint(self, expected, seconds=10):
        """Until threads and descriptors are as before."""
        try:
            wait_until(f"threads and descriptors to be {expected}", lambda: self.footprint() == expected, seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}; they are {self.footprint()}") from None

    def cpu_seconds(self):
        """Processor time used so far."""
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        """Resident octets."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as file:
            return int(re.search(r"^VmRSS:\s+(\d+) kB", file.read(), re.M).group(1)) * 1024

    def running(self):
        return self.process.poll() is None

    def stop(self, how=signal.SIGTERM):
        """Ask it to end. Its exit must be clean and in time, and stderr must hold nothing but what is harmless."""
        if self.running():
            began = time.monotonic()
            self.process.send_signal(how)
            try:
                self.process.wait(patience(10))
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError(f"still there {patience(10)} s after signal {how}") from None
            took = time.monotonic() - began
            assert took < STOPS_WITHIN, f"took {took:.1f} s to stop"
        unexpected = [line for line in self.stderr().splitlines()
                      if not any(re.fullmatch(pattern, line) for pattern in [*self.harmless, *OF_TOOLS])]
        assert not unexpected, "unexpected on stderr:\n" + "\n".join(unexpected)
        assert self.process.returncode == 0, f"exit code {self.process.returncode}"
