"""Name look-ups that hang: the system's look-up cannot be interrupted, and still nobody has to wait for it."""
import subprocess
import sys
import time

import pytest

from namespaces import inside, with_name_server
from proxy import LEAVES_THREADS, LEFT_THREADS
from waiting import patience, wait_until

SILENCE = """
import socket, sys
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 53))
print("bound", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def proxy(start_proxy, tmp_path):
    """A proxy whose name server takes every question and answers none."""
    proxy = start_proxy("--connect-timeout", "1", wrapper=with_name_server(tmp_path, "127.0.0.1"),
                        **LEAVES_THREADS)
    proxy.harmless = [LEFT_THREADS]
    with subprocess.Popen(inside(proxy, sys.executable, "-c", SILENCE), stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as server:
        assert server.stdout.readline() == b"bound\n"
        yield proxy
        proxy.stop()
        server.stdin.close()


def curl(proxy, target):
    """What curl says about the target, and after how many seconds."""
    began = time.monotonic()
    command = inside(proxy, "curl", "--silent", "--show-error", "--socks5-hostname", proxy.url, f"http://{target}/")
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.stderr.strip()[-3:], time.monotonic() - began


def test_ends_with_the_connect_time_out(proxy):
    """REP 04 when the limit has passed, though the look-up still hangs; the proxy can be ended all the same."""
    answer, seconds = curl(proxy, "slow.example")
    assert answer == "(4)"
    assert 0.9 < seconds < patience(3)


def test_nobody_else_waits(proxy):
    """While one client waits for its name, the others are served."""
    command = inside(proxy, "curl", "--silent", "--socks5-hostname", proxy.url, "http://slow.example/")
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as slow:
        wait_until("the look-up to be under way", lambda: proxy.threads() >= 5, 10)
        answer, seconds = curl(proxy, "127.0.0.1:9")
        assert answer == "(5)"
        assert slow.poll() is None or seconds < patience(0.5)
        slow.wait(patience(10))
