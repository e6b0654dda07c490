"""Clients of other machines do not get to what is local to the proxy's machine, by whatever name they call it; unless
--allow-local-targets is given. The proxy has a network of its own here, with one address that clients come to, one
that they come from, and one for each kind of target."""
import contextlib
import itertools
import socket

import pytest

from nameserver import NameServer
from namespaces import SocketsInside, with_name_server
from socks5 import (BIND, CONNECT, NOT_ALLOWED, REFUSED, SUCCEEDED, UDP_ASSOCIATE, UNSPECIFIED, Client, connect,
                    datagram, refusal)
from targets import Listener, UdpSocket
from waiting import patience

PROXY, OTHER = "10.0.0.1", "10.0.0.2"  # of the proxy, and of a client and of targets that it may have
ADDRESSES = f"{PROXY}/24", f"{OTHER}/24", "fd00::2/64", "169.254.7.7/16"

LOOPBACK = ["127.0.0.1", "127.9.9.9", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1", "::ffff:0.0.0.0",
            b"127.0.0.1", b"127.1", b"0x7f.1", b"2130706433", b"0", b"0.0.0.0", b"::1", b"::", b"::ffff:127.0.0.1",
            b"::ffff:7f00:1"]
LINK_LOCAL = ["169.254.7.7", "fe80::1", "::ffff:169.254.7.7"]
NAMES = {"localhost": ["127.0.0.1", "::1"], "a.test": ["127.0.0.1"], "aaaa.test": ["::1"], "zeros.test": ["0.0.0.0"],
         "colons.test": ["::"], "mapped.test": ["::ffff:127.0.0.1"], "many.test": ["127.0.0.1", "127.9.9.9", "::1"]}
ANY = ["0.0.0.0", "::", b"0", b"0.0.0.0", b"::", "zeros.test", "colons.test"]  # of those below
LOCAL = LOOPBACK + LINK_LOCAL + list(NAMES)


@pytest.fixture
def remote(start_proxy, tmp_path):
    """A function that starts a proxy with these options, which reads its names from a function."""
    running = []

    def start(answer, *options):
        proxy = start_proxy("--open", *options, listen=[f"{PROXY}:0", "127.0.0.1:0", "[::]:0"],
                            wrapper=with_name_server(tmp_path, *ADDRESSES))
        proxy.socket = SocketsInside(proxy)
        running.extend([proxy.socket, NameServer(proxy, answer)])
        return proxy

    yield start
    for each in reversed(running):
        each.__exit__()


@pytest.fixture
def proxy(remote):
    """A proxy that knows the names above."""
    return remote(lambda name: NAMES.get(name, []))


@contextlib.contextmanager
def secrets(proxy, port=0):
    """The port of two targets on the loopback of the proxy's machine. Nobody must have come there."""
    with Listener(port=port, make=proxy.socket) as ipv4, Listener("::1", ipv4.port, make=proxy.socket) as ipv6:
        yield ipv4.port
        for secret in ipv4, ipv6:
            secret.check_that_nobody_has_come()


@pytest.mark.parametrize("source", [OTHER, PROXY], ids=["another machine", "the proxy itself"])
def test_connect(proxy, source):
    """CONNECT: REP 02, by address and by name. Nor does it help to come by way of the proxy: the connection that the
    proxy makes to itself has its own address, and not that of the loopback."""
    with secrets(proxy) as port:
        for target in LOCAL:
            assert refusal(proxy, (target, port), source=source) == NOT_ALLOWED, target


def test_connect_by_way_of_the_proxy(proxy):
    """The same with a real connection through the proxy to the proxy: to its address, and to its wildcard address."""
    with secrets(proxy) as port:
        for listen, target in itertools.product((0, 2), LOCAL):
            with connect(proxy, (PROXY, proxy.addresses[listen][1]), source=OTHER) as client:
                assert client.request(CONNECT, (target, port)).rep == NOT_ALLOWED, target
                assert client.read_to_end() == b""


def test_others_are_reached(proxy):
    """It is the loopback that is out of reach, not the machine; and a client on the loopback reaches everything."""
    with Listener(make=proxy.socket) as local, Listener(OTHER, make=proxy.socket) as other:
        assert refusal(proxy, (OTHER, 9), source=OTHER) == REFUSED
        for target, source, listen in (other, OTHER, 0), (local, "127.0.0.1", 1), (other, "127.0.0.1", 1):
            connect(proxy, target.address, source=source, listen=listen).close()
            target.accept().close()
        for target in "127.0.0.1", "0.0.0.0", "::ffff:127.0.0.1", b"127.1", "localhost", "zeros.test", "mapped.test":
            connect(proxy, (target, local.port), listen=1).close()
            local.accept().close()


def test_allowed(remote):
    """--allow-local-targets."""
    proxy = remote(lambda name: NAMES.get(name, []), "--allow-local-targets")
    with Listener(make=proxy.socket) as local:
        for target in "127.0.0.1", "0.0.0.0", "::ffff:127.0.0.1", b"127.1", "localhost", "zeros.test", "mapped.test":
            connect(proxy, (target, local.port), source=OTHER).close()
            local.accept().close()


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["0.0.0.0"], ["::1"], [OTHER, "127.0.0.1"], ["::1", OTHER]])
def test_name_that_changes(remote, addresses):
    """DNS rebinding: a name that leads to a harmless address, and the next time to the loopback. What is checked is
    the address that is then used: each request looks the name up just once."""
    asked = []

    def answer(name):
        asked.append(name)
        return [OTHER] if len(asked) % 2 else addresses
    proxy = remote(answer)
    with Listener(OTHER, make=proxy.socket) as harmless, secrets(proxy, harmless.port) as port:
        for _ in range(5):
            connect(proxy, ("rebound.test", port), source=OTHER).close()
            if OTHER in addresses:
                connect(proxy, ("rebound.test", port), source=OTHER).close()
            else:
                assert refusal(proxy, ("rebound.test", port), source=OTHER) == NOT_ALLOWED
        assert len(asked) == 10


def test_no_way_from_a_harmless_address_to_the_loopback(remote):
    """A name with several addresses: when the harmless one refuses, the others are not tried."""
    proxy = remote(lambda name: [OTHER, "127.0.0.1", "::1"])
    with secrets(proxy) as port:
        assert refusal(proxy, ("many.test", port), source=OTHER) in (NOT_ALLOWED, REFUSED)


def test_datagrams(proxy):
    """UDP ASSOCIATE: datagrams to what is local are dropped, others pass."""
    with (UdpSocket(make=proxy.socket) as ipv4, UdpSocket("::1", ipv4.port, make=proxy.socket) as ipv6,
          UdpSocket(OTHER, make=proxy.socket) as other, UdpSocket(OTHER, make=proxy.socket) as ours,
          Client(proxy, source=OTHER) as client):
        relay = client.request(UDP_ASSOCIATE, UNSPECIFIED).bnd
        for target in LOCAL:
            ours.send(datagram(target, ipv4.port, b"secret"), relay)
        ours.send(datagram(*other.address, b"allowed"), relay)
        assert other.receive()[0] == b"allowed"
        for secret in ipv4, ipv6:
            secret.check_that_nothing_has_come()


def test_datagrams_to_a_name_that_changes(remote):
    """DNS rebinding by datagrams. A name is looked up once for each association, and this one is harmless every third
    time."""
    answers = itertools.cycle([[OTHER], ["127.0.0.1"], ["127.0.0.1"]])
    proxy = remote(lambda name: next(answers))
    with (UdpSocket(OTHER, make=proxy.socket) as harmless, UdpSocket(port=harmless.port, make=proxy.socket) as secret,
          UdpSocket(OTHER, make=proxy.socket) as ours):
        for _ in range(6):
            with Client(proxy, source=OTHER) as client:
                relay = client.request(UDP_ASSOCIATE, UNSPECIFIED).bnd
                for port in secret.port, secret.port + 1, secret.port:
                    ours.send(datagram("rebound.test", port, b"rebound"), relay)
                ours.send(datagram(*harmless.address, b"the last"), relay)
                received = []
                while b"the last" not in received:
                    received.append(harmless.receive()[0])
        secret.check_that_nothing_has_come()


def visit(proxy, address, source):
    """A connection within the proxy's machine, from this address of it."""
    client = proxy.socket(socket.AF_INET, socket.SOCK_STREAM)
    client.settimeout(patience(30))
    client.bind((source, 0))
    client.connect(address)
    return client


def test_bind(proxy):
    """BIND for a local peer: REP 02. For any peer, or for a name that stands for any: the proxy listens where other
    machines come to, and who comes from the loopback is a stranger. It is closed, and the wait goes on."""
    for target in LOCAL:
        with Client(proxy, source=OTHER) as client:
            reply = client.request(BIND, (target, 0))
            if target not in ANY:
                assert reply.rep == NOT_ALLOWED, target
                continue
            assert reply.rep == SUCCEEDED and reply.bnd[0] == PROXY, target
            with visit(proxy, reply.bnd, "127.0.0.1") as stranger:
                assert stranger.recv(1) == b""
            with visit(proxy, reply.bnd, OTHER) as peer:
                assert client.read_reply().bnd == peer.getsockname()
