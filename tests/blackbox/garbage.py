"""What no client should say: pure noise, and noise that begins like a good message. The same in each run."""
import random

from socks5 import BIND, CONNECT, UDP_ASSOCIATE, greeting, login, request


def garbage(seed=1928):
    """Conversations, each a string of octets. None of them makes the proxy connect to wherever chance wants it."""
    dice = random.Random(seed)
    beginnings = [b"", b"\5", b"\4\1", b"GET / HTTP/1.1\r\n", b"\x16\3\1", greeting(2)[:2], greeting(0), greeting(0, 2),
                  greeting(2), greeting(*range(255)), greeting(2) + b"\1",
                  greeting(2) + login("alice", "secret")[:-1], greeting(2) + login("alice", "wrong"),
                  greeting(2) + login("a" * 255, "b" * 255), greeting(0) + b"\5"]
    # The type of the address is none, or the address is a name that cannot be one, or it is cut short.
    requests = [request(cmd, "127.0.0.1", 0)[:3] for cmd in (CONNECT, BIND, UDP_ASSOCIATE, 0, 9, 255)]
    for head in requests:
        beginnings += [greeting(0) + head + ending for ending in (b"\0", b"\2", b"\5", b"\xff", b"\3\0", b"\3\xff\0",
                                                                  b"\3\1\xff", b"\3\x80" + bytes(128))]
        yield greeting(0) + head + b"\1\x7f\0\0"
    while True:
        yield dice.choice(beginnings) + dice.randbytes(dice.choice((0, 1, 2, 3, 10, 100, 1000, 20_000)))
