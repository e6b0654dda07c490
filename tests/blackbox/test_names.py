"""Name look-ups that hang: the system's look-up cannot be interrupted, and still nobody has to wait for it."""
import time

import pytest

from health import check_that_it_serves
from namespaces import SocketsInside, with_name_server
from proxy import COROUTINES, LEAVES_THREADS, LEFT_THREADS
from socks5 import CONNECT, HOST_UNREACHABLE, Client, refusal
from targets import UdpSocket
from waiting import Background, patience, wait_until


@pytest.fixture
def proxy(start_proxy, tmp_path):
    """A proxy whose name server takes every question and answers none."""
    proxy = start_proxy("--connect-timeout", "2", wrapper=with_name_server(tmp_path, timeout=5), **LEAVES_THREADS)
    proxy.harmless = [LEFT_THREADS]
    with SocketsInside(proxy) as proxy.socket, UdpSocket(port=53, make=proxy.socket):
        yield proxy
        proxy.stop()


def test_ends_with_the_connect_time_out(proxy):
    """REP 04 when the limit has passed, though the look-up still hangs; the proxy can be ended all the same."""
    began = time.monotonic()
    assert refusal(proxy, ("slow.example", 80)) == HOST_UNREACHABLE
    assert 1.9 < time.monotonic() - began < patience(4)


def test_nobody_else_waits(proxy):
    """While one client waits for its name, the others are served."""
    with Client(proxy) as slow:
        answer = Background(slow.request, CONNECT, ("slow.example", 80))
        wait_until("the look-up to be under way", lambda: proxy.threads() >= (2 if COROUTINES else 5), 10)
        began = time.monotonic()
        check_that_it_serves(proxy)
        assert time.monotonic() - began < patience(1.5)
        assert answer.result().rep == HOST_UNREACHABLE
