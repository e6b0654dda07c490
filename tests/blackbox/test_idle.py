"""Clients that rest: a thousand, or with coroutines ten thousand. Each of them is still served."""
import resource

import pytest

from proxy import COROUTINES, NAME
from socks5 import HOST_UNREACHABLE, connect, refusal
from targets import Listener
from waiting import SLOW, wait_until

WANTED = 10_000 if COROUTINES and not SLOW else 1_000


def check_that_all_are_answered(pairs):
    for client, target in pairs:
        client.send(b"ping")
        assert target.recv(4) == b"ping"
        target.sendall(b"pong")
        assert client.read(4) == b"pong"
    for client, target in pairs:
        client.reset()
        target.close()


def test_all_of_them_are_answered(start_proxy):
    """In one thread, or in two for each. As many as fit into the open files of this process, and of the proxy."""
    _, files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    count = WANTED if files == resource.RLIM_INFINITY else min(WANTED, files // 2 - 100)
    proxy = start_proxy("--max-clients", str(count), "--quiet")
    proxy.harmless = [f"{NAME}: {count} clients at once: each takes 2 open files, or 3 for UDP, and .*"]
    own = proxy.threads()
    with Listener() as listener:
        pairs = [(connect(proxy, listener.address), listener.accept()) for _ in range(count)]
    expected = own if COROUTINES else own + 2 * count
    wait_until(f"{expected} threads", lambda: proxy.threads() == expected)
    check_that_all_are_answered(pairs)


@pytest.mark.skipif(not COROUTINES, reason="it has no --threads")
def test_threads_that_share_the_clients(start_proxy, listener):
    """As many as were asked for, and everything else as with one: limits, errors, the end."""
    proxy = start_proxy("--threads", "4", "--idle-timeout", "1")
    for _ in range(3):
        pairs = [(connect(proxy, listener.address), listener.accept()) for _ in range(50)]
        assert proxy.threads() == 4
        check_that_all_are_answered(pairs)
    assert [refusal(proxy, ("", 1)) for _ in range(8)] == [HOST_UNREACHABLE] * 8
    rests = [connect(proxy, listener.address) for _ in range(8)]
    for client in rests:
        client.wait_for_end()
    wait_until("a line for each", lambda: sum(line.endswith(": idle") for line in proxy.log()) == len(rests))
