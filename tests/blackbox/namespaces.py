"""Commands that run the proxy with other names or networks than this machine has, where the system allows it; and
sockets in such a network."""
import os
import shutil
import socket
import subprocess
import sys
import threading

import pytest

AS_ROOT = () if os.geteuid() == 0 else ("--map-root-user",)


def unshared(script, *what):
    """A command that runs the script and then a program in namespaces of their own, or the test is skipped."""
    for command in "unshare", "ip":
        if not shutil.which(command):
            pytest.skip(f"no command {command} here")
    wrapper = ["unshare", *AS_ROOT, *what, "sh", "-e", "-c", script + '\nexec "$@"', "sh"]
    trial = subprocess.run([*wrapper, "true"], capture_output=True, text=True, check=False)
    if trial.returncode != 0:
        pytest.skip(f"no namespaces here: {trial.stderr.strip()}")
    return wrapper


def etc(folder, files):
    """A script: these texts are the files of these names in /etc."""
    for name, text in files.items():
        (folder / name).write_text(text)
    return "".join(f"\nmount --bind {folder}/{name} /etc/{name}" for name in files)


def network(addresses):
    """A script: the machine has just these addresses, and a loopback."""
    return "ip link set lo up" + "".join(f"\nip address add {address} dev lo" for address in addresses)


def with_hosts(folder, hosts):
    """The program sees this text as /etc/hosts, and knows no other names."""
    return unshared(etc(folder, {"hosts": hosts, "nsswitch.conf": "hosts: files\n"}), "--mount")


def with_addresses(*addresses):
    """The program sees a network of its own, in which this machine has just these addresses."""
    return unshared(network(addresses), "--net")


def with_name_server(folder, *addresses, timeout=1):
    """The same, and it asks 127.0.0.1 for every name: once, and waits so many seconds for an answer."""
    files = {"nsswitch.conf": "hosts: dns\n",
             "resolv.conf": f"nameserver 127.0.0.1\noptions timeout:{timeout} attempts:1\n"}
    return unshared(network(addresses) + etc(folder, files), "--net", "--mount")


def alone(folder, hosts):
    """The program sees a network with nothing but a loopback, and this text as /etc/hosts."""
    return [*with_hosts(folder, hosts), *with_addresses()]


def inside(proxy, *command, spaces=("--net",)):
    """The command in the network of a proxy that was started with one of its own."""
    user = () if os.geteuid() == 0 else ("--user", "--preserve-credentials")
    return ["nsenter", "--target", str(proxy.pid), *spaces, *user, *command]


class SocketsInside:
    """Makes sockets in the network of a proxy that was started with one of its own. A socket stays where it was made,
    whoever uses it: so this is done by a process inside, and everything else from here. To be used like this:
    with SocketsInside(proxy) as proxy.socket: ..."""

    INSIDE = """
import socket
with socket.socket(fileno=0) as channel:
    while wanted := channel.recv(2):
        with socket.socket(*wanted) as made:
            socket.send_fds(channel, [b"!"], [made.fileno()])
"""

    def __init__(self, proxy):
        self._lock = threading.Lock()
        self._channel, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(inside(proxy, sys.executable, "-c", self.INSIDE), stdin=theirs)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._channel.close()
        self._process.wait()

    def __call__(self, family, kind):
        """As socket.socket does."""
        with self._lock:
            self._channel.sendall(bytes([family, kind]))
            answer, descriptors, _, _ = socket.recv_fds(self._channel, 1, 1)
        assert answer, "the process inside has ended"
        return socket.socket(fileno=descriptors[0])
