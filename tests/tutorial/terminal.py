"""Runs the ```console blocks of a page, one after the other, as a reader would who types what the page says: in the folder mine of a
clone, if it is a chapter in which the program grows, otherwise at its top. Ports are others than on the page, so that nobody is in the
way.

A line that begins with "$ " is a command; what follows is what it prints. A command that serves goes on in the background
until the page starts another one like it. A block without a command goes on with what the last server prints. `nc HOST PORT` is
somebody who types the lines below it, and stays. The line ^C alone ends what runs in the terminal that the caption names."""
import contextlib
import os
import pathlib
import re
import signal
import socket
import subprocess

import compilers
import ladder
from namespaces import with_hosts
from pages import CHAPTERS, TOP, UPDATE
from servers import BUILD, SPEC
from waiting import patience, wait_until

# For the proxy to connect to; and a crowd of clients that stays.
TARGETS = r"python3 (?:-m http\.server|\S*/(?:count|half|reset|silent|speaks)\.py|\S*/crowd\.py \d+ \d+$)"
OWN = re.compile(r"(?:prlimit \S+ |timeout \d+ |strace [^|;]* )*\./proxy(?: .*)?")  # the reader's program
SERVES = re.compile(rf"(?:PROGRAM=\S+ |prlimit \S+ )?sh (?:\.\./)?src/run\.sh|python3 \S*plainsocks\.py|{OWN.pattern}$|{TARGETS}")
TALKS = re.compile(r"nc 127\.0\.0\.1 \d+")
COMPILES = "g++ -std=c++20 -o proxy proxy.cpp -lboost_thread"
WITH_BOTH = " -lboost_coroutine -lboost_context"
WITH_COROUTINES = COMPILES.replace("-lboost_thread", "-lboost_coroutine -lboost_context")
ADDS_A_HOST = re.compile(r"echo '([^']+)' \| sudo tee -a /etc/hosts")
INSTALLS = re.compile(r"sudo apt-get install ([a-z0-9+ -]+)")  # which is done already
PACKAGES = {"python3", *re.findall(r"[a-z][a-z0-9+-]+", (TOP / "src" / "packages.sh").read_text(encoding="utf-8") +
                                   (TOP / "tests" / "run.sh").read_text(encoding="utf-8"))}
PORTS = ["10800", "10801", "8000", "7777", "7778", "7779"]  # on the pages
VARIES = [(re.compile(r"(?<= cases in )[0-9.]+ s"), "SECONDS"), (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"), "TIME"),
          (re.compile(r"\b\d+\.\d{3} s"), "SECONDS"), (re.compile(r"(127\.0\.0\.\d|\[::1\]|localhost):(?!1080[01]\b)\d{5}\b"), r"\1:PORT")]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def pattern(expected):
    """A regular expression for lines in which ... stands for anything."""
    return "\n".join(re.escape(settle(line)).replace(r"\.\.\.", ".*?") for line in expected)


def settle(text):
    """Without what is different each time."""
    for varying, word in VARIES:
        text = varying.sub(word, text)
    return text.rstrip()


def in_octets(port):
    """8000 is "1f 40"."""
    return int(port).to_bytes(2, "big").hex(" ")


def in_strace(octets):
    """With its option -x."""
    return "".join(rf"\x{octet}" for octet in octets.split())


def sockets(*which):
    """What ss knows of them, a line each, as words."""
    done = subprocess.run(["ss", "-Hnt", *which], capture_output=True, text=True, check=True)
    return [line.split() for line in done.stdout.splitlines()]


def connected(port):
    """How many clients are."""
    return len(sockets("state", "established", f"dport = :{port}"))


def all_accepted(port):
    """Nobody is in the backlog."""
    return all(queued == "0" for _, queued, *_ in sockets("-l", f"sport = :{port}"))


class Mismatch(AssertionError):
    def __init__(self, block, line, command, expected, printed):
        self.line, self.expected, self.printed = line, expected, printed
        super().__init__(f"{block.page.relative_to(TOP)}:{line}: $ {command}\nshould print, says the page:\n" +
                         "".join(f"    {line}\n" for line in expected) + "and prints:\n" +
                         "".join(f"    {line}\n" for line in printed.splitlines()) +
                         "Correct the page, or what it shows.")


class Server:
    """A command that goes on in the background."""

    def __init__(self, terminal, command):
        self.command, self.terminal, self.taken = command, terminal, 0  # lines that the page has shown
        self.path = terminal.top / f"output-{len(terminal.started)}"
        with open(self.path, "wb") as output:
            self.process = subprocess.Popen([*terminal.wrapper, "bash", "-c", "exec " + command], cwd=terminal.folder, stdout=output,
                                            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=terminal.environment,
                                            start_new_session=True)

    def printed(self):
        """The lines that the page has not shown yet."""
        text = self.path.read_text(encoding="utf-8", errors="replace")
        whole = self.terminal.as_on_the_page(text[:text.rfind("\n") + 1])
        return whole.splitlines(keepends=True)[self.taken:]

    def expect(self, block, line, expected):
        """These lines come next."""
        wanted = re.compile(pattern(expected) + "\n", re.S)

        def matches():
            return wanted.match("".join(settle(text) + "\n" for text in self.printed()))
        with contextlib.suppress(AssertionError):
            wait_until("what the page shows", lambda: matches() or self.process.poll() is not None, 10)
        match = matches()
        if not match:
            raise Mismatch(block, line, self.command, expected, "".join(self.printed()))
        self.taken += match.group().count("\n")

    def stop(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(patience(10))
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                raise


class Terminal:
    def __init__(self, folder, page=None):
        self.top, self.started, self.ports, self.page = folder, [], {}, page
        self.wrapper = []  # in front of each command
        self.talking = {}  # terminal: somebody who types there
        self.corrections = []  # with TUTORIAL_UPDATE: what commands print that the page shows otherwise
        for path in TOP.iterdir():
            if path.name not in (".build", "mine"):
                (folder / path.name).symlink_to(path)
        (folder / ".build").mkdir()
        self.grows = page is not None and page.name == "README.md" and page.parent in CHAPTERS[:13]
        self.folder = folder / "mine" if self.grows and page.parent != CHAPTERS[0] else folder
        self.folder.mkdir(exist_ok=True)
        if self.grows:  # what has been typed and compiled in the chapter before
            self.own = ladder.program(min(int(page.parent.name[:2]) - 1, 11))
        self.environment = os.environ | {"LC_ALL": "C.UTF-8", "PYTHONUNBUFFERED": "1",
                                         "PATH": f"{BUILD / 'tests'}:{os.environ['PATH']}"}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.ExitStack() as stack:  # all of them, even if one does not stop
            for server in self.started:
                stack.callback(server.stop)
            for client in self.talking.values():
                stack.callback(client.kill)

    def elsewhere(self, command):
        """The command with other ports than those on the page."""
        for page in PORTS:
            if re.search(rf"\b{page}\b", command):
                command = re.sub(rf"\b{page}\b", str(self.ports.setdefault(page, free_port())), command)
        return command

    def as_on_the_page(self, text):
        """What was printed, with the ports of the page: as numbers, and in a trace as octets."""
        for page, free in self.ports.items():
            text = re.sub(rf"\b{free}\b", page, text)
            old, new = in_octets(free), in_octets(page)
            text = re.sub(rf"\b{old}(?= +\S+PORT)", new, text)
            for form in (str, in_strace):  # in a request
                text = text.replace(form(f"7f 00 00 01 {old}"), form(f"7f 00 00 01 {new}"))
        return text

    def command(self, text):
        """The command as the test runs it. run.sh would install and build, and that is done."""
        run = re.match(r"(?:PROGRAM=(\S+) |(prlimit \S+ ))?sh (?:\.\./)?src/run\.sh(.*)", text)
        if run:
            text = f"{run.group(2) or ''}{BUILD}/src/{run.group(1) or 'plainsocks'}{run.group(3)}"
            if "--listen" not in text:
                text += " --listen 127.0.0.1:10800"
        if spec := re.match(r"sh (?:\.\./)?tests/spec\.sh(.*)", text):
            text = SPEC + spec.group(1) + ("" if "--server" in text else " --server 127.0.0.1:10800")
        if OWN.fullmatch(text) and not re.search(r"\./proxy \d\d", text):
            text += " 10800"
        if re.search(r"plainsocks\.py(?: --trace)?$", text):
            text += " 10800"
        return self.elsewhere(text)

    def run(self, block):
        """All commands of a block."""
        steps, line = [], block.line
        for line, text in enumerate(block.lines, block.line + 1):
            if text.startswith("$ "):
                steps.append((line, text[2:], []))
            elif steps:
                steps[-1][2].append(text)
            else:
                steps.append((line, None, [text]))
        for line, command, expected in steps:
            assert not expected or any(text.strip() != "..." for text in expected), (
                f"{block.page.relative_to(TOP)}:{line}: show at least one line of what it prints")
            self.step(block, line, command, expected)

    def step(self, block, line, command, expected):
        if command is None and expected == ["^C"]:
            self.interrupt(terminal_of(block))
        elif command is None:
            self.started[-1].expect(block, line, expected)
        elif TALKS.fullmatch(command):
            self.talk(terminal_of(block), self.elsewhere(command).split(), expected)
        elif command.removesuffix(" && ./proxy") in (COMPILES, COMPILES + WITH_BOTH, WITH_COROUTINES):
            self.compile(ladder.program_at(self.page, line))
            if command.endswith("./proxy"):
                self.serve(block, line, "./proxy", expected)
            else:
                assert not expected, f"{block.page.relative_to(TOP)}:{line}: it prints nothing"
        elif re.fullmatch(r"(mkdir (-p )?|cd )[\w./]+", command):
            self.change_folder(command)
        elif added := ADDS_A_HOST.fullmatch(command):
            assert expected == [added.group(1)], f"{block.page.relative_to(TOP)}:{line}: it prints what it adds"
            hosts = f"127.0.0.1 localhost\n{added.group(1)}\n"  # for this page alone
            self.wrapper = with_hosts(self.top, hosts)
        elif SERVES.match(command):
            self.serve(block, line, command.removesuffix(" &"), expected)
        elif installs := INSTALLS.fullmatch(command):
            unknown = set(installs.group(1).split()) - PACKAGES
            assert not unknown, f"{block.page.relative_to(TOP)}:{line}: no script of ours installs {unknown}"
            assert not expected, f"{block.page.relative_to(TOP)}:{line}: what it prints is not compared; leave it out"
        else:
            done = subprocess.run([*self.wrapper, "bash", "-c", self.command(command)], cwd=self.folder, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=patience(120), text=True,
                                  env=self.environment, check=False)
            printed = self.as_on_the_page(done.stdout)
            if not re.fullmatch(pattern(expected), "\n".join(map(settle, printed.splitlines())), re.S):
                mismatch = Mismatch(block, line, command, expected, printed)
                if not UPDATE or any("..." in text for text in expected):
                    raise mismatch
                self.corrections.append(mismatch)

    def compile(self, lines):
        """The file that the reader has typed, and the program made from it."""
        self.own = lines
        (self.folder / "proxy.cpp").write_text("\n".join(lines) + "\n", encoding="utf-8")
        program = self.folder / "proxy"
        program.unlink(missing_ok=True)
        program.symlink_to(compilers.compiled(lines))

    def change_folder(self, command):
        verb, path = command.replace("-p ", "").split()
        if verb == "mkdir":
            (self.folder / path).mkdir(exist_ok=True)
        else:
            self.folder = pathlib.Path(os.path.normpath(self.folder / path))

    def talk(self, terminal, command, typed):
        """Somebody connects, types these lines, and stays."""
        before = connected(command[-1])
        client = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True)
        self.talking[terminal] = client
        wait_until("nc to be connected", lambda: connected(command[-1]) > before)
        wait_until("nc to be accepted", lambda: all_accepted(command[-1]))
        client.stdin.write("".join(f"{text}\n" for text in typed))
        client.stdin.flush()

    def interrupt(self, terminal):
        """Ctrl-C."""
        if client := self.talking.pop(terminal, None):
            client.kill()
            client.wait()
        else:
            self.started[-1].stop()

    def serve(self, block, line, command, expected):
        """In the place of the server before it, if that has the same port; unless it is to find out that its port is taken."""
        kind = "target" if re.match(TARGETS, command) else "socks"
        taken = any(text.endswith("bind: Address already in use") for text in expected)
        if OWN.fullmatch(command) and not (self.folder / "proxy").exists():
            self.compile(self.own)
        for server in self.started:
            if server.kind == kind == "socks" and not taken:
                server.stop()
        server = Server(self, self.command(command))
        server.kind = kind
        self.started.insert(0 if kind == "target" or taken else len(self.started), server)
        if kind == "target" and not expected:
            port = int(re.search(r" (\d+)", server.command).group(1))
            wait_until("a server for the proxy to connect to", lambda: answers(port), 10)
        else:
            server.expect(block, line, expected or ["listening on ..."])


def terminal_of(block):
    """Its name in the caption: "terminal 2"."""
    return (re.search(r"terminal \d", block.caption) or [None])[0]


def answers(port):
    """At one of the addresses of localhost."""
    for host in ("127.0.0.1", "::1"):
        with contextlib.suppress(OSError):
            socket.create_connection((host, port)).close()
            return True
    return False
