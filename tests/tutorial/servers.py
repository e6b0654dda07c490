"""Starts the programs of the tutorial on free ports, and lets socks5spec judge them."""
import json
import os
import pathlib
import re
import subprocess

import pytest

import namespaces
from waiting import patience, wait_until

BUILD = pathlib.Path(os.environ.get("PLAINSOCKS_BUILD", "PLAINSOCKS_BUILD is not set"))
SPEC = os.environ.get("SOCKS5SPEC", "SOCKS5SPEC is not set")


def alone(folder):
    """In front of a command: it gets a network with nothing but a loopback, where localhost has two addresses; so a name, or what a
    program takes for an address, leads to no other machine. Nothing, where the system does not allow that."""
    try:
        return namespaces.alone(folder, "127.0.0.1 localhost\n::1 localhost\n")
    except pytest.skip.Exception:
        return []


class Server:
    """A program of the tutorial, as long as the context lasts. `address` is HOST:PORT."""

    def __init__(self, folder, command, wrapper=()):
        self.path, self.wrapper = folder / "output", wrapper
        with open(self.path, "wb") as output:
            self.process = subprocess.Popen([*wrapper, *command], stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
        wait_until("the line 'listening on'", lambda: self.listening() or self.process.poll() is not None, 20)
        assert self.listening(), f"it has ended: {self.output()}"
        self.address = self.listening().group(1)

    def listening(self):
        return re.search(r"^listening on (\S+)\n", self.output(), re.M)

    def output(self):
        return self.path.read_text(encoding="utf-8", errors="replace")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    @property
    def pid(self):
        return self.process.pid

    @property
    def host_and_port(self):
        host, port = self.address.rsplit(":", 1)
        return host, int(port)

    def failures(self, *options):
        """The titles of the cases that it fails."""
        command = [SPEC, "--server", self.address, "--format", "json", *options]
        if self.wrapper:
            command = namespaces.inside(self, *command, spaces=("--net", "--mount"))
        done = subprocess.run(command, stdout=subprocess.PIPE,
                              stdin=subprocess.DEVNULL, timeout=patience(120), check=False)
        cases = json.loads(done.stdout)["cases"]
        assert any(case["outcome"] in ("passed", "failed") for case in cases), "no case has been tried"
        return {case["title"] for case in cases if case["outcome"] == "failed"}
