"""Clients that rest: a thousand, or with coroutines ten thousand. Each of them is still served."""
import resource

from proxy import COROUTINES
from socks5 import connect
from targets import Listener
from waiting import SLOW, wait_until

WANTED = 10_000 if COROUTINES and not SLOW else 1_000


def test_all_of_them_are_answered(start_proxy):
    """In one thread, or in two for each. As many as fit into the open files of this process, and of the proxy."""
    _, files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    count = WANTED if files == resource.RLIM_INFINITY else min(WANTED, files // 2 - 100)
    proxy = start_proxy("--max-clients", str(count), "--quiet")
    own = proxy.threads()
    with Listener() as listener:
        pairs = [(connect(proxy, listener.address), listener.accept()) for _ in range(count)]
    expected = own if COROUTINES else own + 2 * count
    wait_until(f"{expected} threads", lambda: proxy.threads() == expected)
    for client, target in pairs:
        client.send(b"ping")
        assert target.recv(4) == b"ping"
        target.sendall(b"pong")
        assert client.read(4) == b"pong"
    for client, target in pairs:
        client.reset()
        target.close()
