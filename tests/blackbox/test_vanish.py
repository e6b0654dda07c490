"""Clients and targets that vanish at any point leave nothing behind: no thread, no descriptor."""
import pytest

from health import MIB
from socks5 import BIND, CONNECT, UDP_ASSOCIATE, Client, connect, greeting, login, read_exactly, request, reset
from targets import Server, echo, refusing
from waiting import SLOW, Background

LEAVE = pytest.mark.parametrize("leave", [Client.close, Client.reset], ids=["by FIN", "by RST"])


def check_nothing_is_left(proxy, conversation, leave):
    """A client for each beginning of the conversation, which says just that and goes."""
    before = proxy.footprint()
    for length in range(len(conversation) + 1):
        client = Client(proxy)
        client.send(conversation[:length])
        leave(client)
    assert len(conversation) > 5
    proxy.wait_for_log(f"#{len(conversation) + 1} ")
    proxy.wait_for_footprint(before)


@LEAVE
@pytest.mark.parametrize("cmd, name", [(CONNECT, "127.0.0.1"), (CONNECT, "localhost"), (CONNECT, "::1"),
                                       (BIND, "127.0.0.1"), (UDP_ASSOCIATE, "0.0.0.0"), (9, "127.0.0.1")])
def test_after_any_octet(proxy, leave, cmd, name):
    """Greeting, request and data, cut after each octet."""
    with Server(echo) as server:
        conversation = greeting(0) + request(cmd, name, server.port) + b"data"
        check_nothing_is_left(proxy, conversation, leave)


@LEAVE
def test_after_any_octet_of_a_login(start_proxy, leave):
    """The same with a login."""
    proxy = start_proxy("--user", "alice:secret")
    with Server(echo) as server:
        conversation = greeting(0, 2) + login("alice", "secret") + request(CONNECT, *server.address)
        check_nothing_is_left(proxy, conversation, leave)


@LEAVE
def test_when_it_is_refused(start_proxy, leave):
    """The same when every answer is a no."""
    proxy = start_proxy("--user", "alice:secret")
    with refusing() as target:
        for conversation in (greeting(1) + b"0123", greeting(2) + login("alice", "wrong"),
                             greeting(2) + login("alice", "secret") + request(CONNECT, *target)):
            before = proxy.footprint()
            for _ in range(5):
                client = Client(proxy)
                client.send(conversation)
                client.read(2)
                leave(client)
            proxy.wait_for_footprint(before)


@LEAVE
@pytest.mark.parametrize("cmd", [CONNECT, BIND, UDP_ASSOCIATE])
def test_after_the_reply(proxy, listener, leave, cmd):
    """A client that has had its reply and goes; with CONNECT, the target then goes, too."""
    before = proxy.footprint()
    for _ in range(10):
        client = Client(proxy)
        assert client.request(cmd, listener.address).rep == 0
        leave(client)
        if cmd == CONNECT:
            listener.accept().close()
    proxy.wait_for_footprint(before)


@LEAVE
def test_in_the_middle_of_data(proxy, listener, leave):
    """A client that goes while data flow both ways, and a target that goes."""
    before = proxy.footprint()
    for turn in range(10):
        client = connect(proxy, listener.address)
        target = listener.accept()
        client.send(b"x" * 500_000)
        target.sendall(b"x" * 100_000)
        read_exactly(target, 1000)
        if turn % 2:
            leave(client)
            target.close()
        else:
            (reset if leave is Client.reset else type(target).close)(target)
            client.close()
    proxy.wait_for_footprint(before)


def test_twenty_thousand_connections(proxy):
    """Connect, transfer, close, 20,000 times, four at a time: threads, descriptors and memory stay as they were."""
    def cycles(count):
        with Server(echo) as server:
            for _ in range(count):
                with connect(proxy, server.address) as client:
                    client.send(b"ping")
                    assert client.read(4) == b"ping"

    def in_parallel(count):
        for each in [Background(cycles, count // 4) for _ in range(4)]:
            each.result(120)
        proxy.wait_for_footprint(footprint)
        return proxy.memory()
    footprint = proxy.footprint()
    before, after = in_parallel(400), in_parallel(2000 if SLOW else 20_000)
    if not SLOW:  # the address sanitizer keeps what has been freed, and says at the end what has not
        assert after - before < MIB, f"{before} octets of memory became {after}"
