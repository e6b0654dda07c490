"""A server under test, in a network of its own where the system allows it."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import machine

# Each run has a network of its own, because ports in TIME_WAIT would carry over from one server's run into the next.
# cubic, because bbr paces even what stays on the machine. All ports, because a client that connects again and again
# uses up tens of thousands.
NETWORK = """
ip link set lo up
for net in 127.0.0.0/8 127.0.0.1; do
    ip route change local $net dev lo table local proto kernel scope host src 127.0.0.1 congctl cubic
done
echo 1024 65535 > /proc/sys/net/ipv4/ip_local_port_range
exec "$@"
"""
AS_ROOT = [] if os.geteuid() == 0 else ["--map-root-user"]
WITHIN = 10  # seconds to start
HERE = pathlib.Path(__file__).parent


def own_network():
    """A command in front of a command, which then has a network of its own. Empty where that is not allowed."""
    wrapper = ["unshare", *AS_ROOT, "--net", "sh", "-e", "-c", NETWORK, "sh"]
    try:
        subprocess.run([*wrapper, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return []
    return wrapper


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class NotStarted(Exception):
    """A server does not listen in time."""


class Direct:
    """No server: the clients connect to the origin themselves."""
    name = "direct"
    options = ()

    def __init__(self, network):
        self.around = network  # what to write before the command of a client

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def processes(self):
        return []

    def trouble(self):
        return ""


class Server:
    """Runs `script PORT FOLDER`, which has to become the server, and listen at that port of 127.0.0.1. The folder is
    empty, and gone afterwards."""

    def __init__(self, script, network):
        self._folder = tempfile.mkdtemp(prefix="bench")
        port = free_port()
        self.options = (f"--server=127.0.0.1:{port}",)
        command = [*network, os.path.abspath(script), str(port), self._folder]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                         stderr=subprocess.DEVNULL, start_new_session=True)
        user = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
        self.around = ["nsenter", "--target", str(self._process.pid), "--net", *user] if network else []
        limit = time.monotonic() + WITHIN
        while not machine.listens(self._process.pid, port):
            if self._process.poll() is not None or time.monotonic() > limit:
                self.stop()
                raise NotStarted(f"it does not listen; to see why: {script} {port} /tmp")
            time.sleep(0.01)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def processes(self):
        return machine.session(self._process.pid)

    def trouble(self):
        """What became of it, when it does not run any more."""
        return "" if self._process.poll() is None else "the server has ended"

    def stop(self):
        while pids := [pid for pid in self.processes() if machine.stat(pid)[:1] not in ([], ["Z"])]:
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.01)
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)
