"""What must be true of a proxy whatever is done to it: it serves, it has lost nothing, it rests."""
import time

from socks5 import connect
from targets import Server, echo
from waiting import SLOW, wait_until

MIB = 1 << 20


def check_that_it_serves(proxy):
    """A client gets to its target and has its data back."""
    with Server(echo, make=proxy.socket) as server, connect(proxy, server.address) as client:
        client.send(b"still there?")
        assert client.read(12) == b"still there?"


def check_that_it_rests(proxy, seconds=0.3):
    """As soon as its work is done, it uses next to no processor time for so long. A busy machine may need a while for that
    work; a proxy that waits for something in a loop never rests."""
    def rests():
        before = proxy.cpu_seconds()
        time.sleep(seconds)
        return proxy.cpu_seconds() - before < seconds * (0.5 if SLOW else 0.2)
    wait_until("the processor to rest", rests)


def check_that_it_survives(proxy, harm, times=3):
    """harm() is done several times: each time the proxy then serves, and has its threads and descriptors back. After
    the last time it has hardly more memory than after the first, and rests."""
    before, memory = proxy.footprint(), []
    for _ in range(times):
        harm()
        check_that_it_serves(proxy)
        proxy.wait_for_footprint(before, 20)
        memory.append(proxy.memory())
    if not SLOW:  # the address sanitizer keeps what has been freed, and says at the end what has not
        assert memory[-1] - memory[0] < 2 * MIB, f"memory grows: {memory}"
    check_that_it_rests(proxy)
