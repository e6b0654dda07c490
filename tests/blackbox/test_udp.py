"""UDP ASSOCIATE: RFC 1928 sections 4, 6 and 7."""
import socket
import time

import pytest

from socks5 import (COMMAND_NOT_SUPPORTED, SUCCEEDED, UDP_ASSOCIATE, UNSPECIFIED, Client, address, datagram, refusal)
from targets import UdpSocket, refusing
from waiting import patience, wait_until


class Association:
    """A client with a UDP socket, and the relay that it may use."""

    def __init__(self, proxy, dst=UNSPECIFIED, host="127.0.0.1", listen=0):
        self.udp = UdpSocket(host)
        self.tcp = Client(proxy, listen=listen)
        reply = self.tcp.request(UDP_ASSOCIATE, dst)
        assert reply.rep == SUCCEEDED
        self.relay = reply.bnd

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.udp.socket.close()
        self.tcp.close()

    def send(self, target, data, **how):
        self.udp.send(datagram(*target, data, **how), self.relay)

    def receive(self):
        """The next datagram, which must come from the relay."""
        octets, sender = self.udp.receive()
        assert sender == self.relay
        return octets

    def ask(self, target, peer, question=b"question"):
        """One datagram to the target and one back; the target's socket and the address it knows us by."""
        self.send(target, question)
        octets, sender = peer.receive()
        assert octets == question
        peer.send(b"answer to " + question, sender)
        assert self.receive() == datagram(*peer.address, b"answer to " + question)
        return sender


@pytest.mark.parametrize("host, name", [
    ("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("127.0.0.1", "localhost"), ("127.0.0.1", b"127.0.0.1"),
    ("::1", b"::1"), ("127.0.0.1", "::ffff:127.0.0.1")])
def test_kinds_of_address(proxy, host, name):
    """Section 7: all address types; the header of the answer, octet for octet, has the true source of the answer."""
    with UdpSocket(host) as target, Association(proxy) as association:
        association.send((name, target.port), b"ping")
        octets, sender = target.receive()
        assert octets == b"ping"
        target.send(b"pong", sender)
        assert association.receive() == b"\0\0\0" + address(host, target.port) + b"pong"


def test_relay_address(proxy, udp_target):
    """BND is the address that the TCP connection came in on, with a port that takes datagrams."""
    with Association(proxy) as association:
        assert association.relay[0] == "127.0.0.1" and association.relay[1] not in (0, proxy.address[1])
        association.ask(udp_target.address, udp_target)


def test_client_on_ipv6(start_proxy, udp_target):
    """A client that came by IPv6 sends its datagrams by IPv6, to targets of either kind."""
    proxy = start_proxy(listen=["[::1]:0"])
    with Association(proxy, host="::1") as association, UdpSocket("::1") as other:
        assert association.relay[0] == "::1"
        association.ask(udp_target.address, udp_target)
        association.ask(other.address, other)


def test_empty_datagram(proxy, udp_target):
    """A datagram without data is a datagram."""
    with Association(proxy) as association:
        association.send(udp_target.address, b"")
        octets, sender = udp_target.receive()
        assert octets == b""
        udp_target.send(b"", sender)
        assert association.receive() == datagram(*udp_target.address, b"")


def test_fragments_are_dropped(proxy, udp_target):
    """Section 7: who does not put fragments together must drop them."""
    with Association(proxy) as association:
        for frag in 1, 2, 0x7F, 0x80, 0x81, 0xFF:
            association.send(udp_target.address, b"fragment", frag=frag)
        association.ask(udp_target.address, udp_target)


@pytest.mark.parametrize("rsv", [1, 0x0100, 0xFFFF])
def test_reserved_octets_are_ignored(proxy, udp_target, rsv):
    """RSV should be 0; the proxy is liberal in what it accepts, and strict in what it sends."""
    with Association(proxy) as association:
        association.send(udp_target.address, b"ping", rsv=rsv)
        octets, sender = udp_target.receive()
        assert octets == b"ping"
        udp_target.send(b"pong", sender)
        assert association.receive() == datagram(*udp_target.address, b"pong")


def test_garbage_is_ignored(proxy, udp_target):
    """Datagrams that are no SOCKS datagrams, cut at every length, go nowhere and end nothing."""
    whole = datagram("localhost", udp_target.port, b"")
    with Association(proxy) as association:
        association.ask(udp_target.address, udp_target)
        for garbage in [whole[:n] for n in range(len(whole))] + [
                b"\0\0\0\0", b"\0\0\0\x05" + b"x" * 50, b"\xff" * 300, datagram("", 9, b"x"), datagram(b"\0", 9, b"x"),
                datagram("nope.invalid", 9, b"x"), datagram(b"\xff" * 255, 9, b"x"), datagram("0.0.0.0", 0, b"x"),
                datagram("255.255.255.255", 9, b"x")]:
            association.udp.send(garbage, association.relay)
        association.ask(udp_target.address, udp_target)


def test_refused_target(proxy, udp_target):
    """A target that nobody listens on takes nothing with it."""
    with refusing() as nobody, Association(proxy) as association:
        for _ in range(5):
            association.send(nobody, b"anybody there?")
            association.ask(udp_target.address, udp_target)


def test_foreign_client(proxy, udp_target):
    """Only the client's own IP may send through its association."""
    with Association(proxy) as association, UdpSocket("127.0.0.2") as foreign:
        foreign.send(datagram(*udp_target.address, b"foreign"), association.relay)
        association.ask(udp_target.address, udp_target)
        foreign.send(datagram(*udp_target.address, b"foreign"), association.relay)
        association.ask(udp_target.address, udp_target)


def test_foreign_port(proxy, udp_target):
    """With DST.PORT 0 the port of the first datagram is the client's; from then on no other port may send."""
    with Association(proxy) as association, UdpSocket() as foreign:
        association.ask(udp_target.address, udp_target)
        foreign.send(datagram(*udp_target.address, b"foreign"), association.relay)
        association.ask(udp_target.address, udp_target)


def test_port_of_the_request(proxy, udp_target):
    """A DST.PORT that is not 0 is the port that the client will send from; a datagram from another is dropped."""
    with UdpSocket() as announced, Association(proxy, ("0.0.0.0", announced.port)) as association:
        association.send(udp_target.address, b"from another port")
        announced.send(datagram(*udp_target.address, b"from that port"), association.relay)
        octets, sender = udp_target.receive()
        assert octets == b"from that port"
        udp_target.send(b"answer", sender)
        assert announced.receive() == (datagram(*udp_target.address, b"answer"), association.relay)


@pytest.mark.parametrize("host", ["192.0.2.1", "127.0.0.2", "::1", "nope.invalid"])
def test_address_of_the_request_is_ignored(proxy, udp_target, host):
    """A client behind a NAT knows its address wrongly: what counts is where its TCP connection comes from."""
    with Association(proxy, (host, 0)) as association:
        association.ask(udp_target.address, udp_target)


def test_only_contacted_targets_may_answer(proxy, udp_target):
    """Datagrams from a host or a port that the client has not sent to do not reach it."""
    with Association(proxy) as association, UdpSocket() as other_port, UdpSocket("127.0.0.2") as other_host:
        outside = association.ask(udp_target.address, udp_target)
        other_port.send(b"stranger", outside)
        other_host.send(b"stranger", outside)
        udp_target.send(b"more", outside)
        assert association.receive() == datagram(*udp_target.address, b"more")


def test_strangers_before_the_first_datagram(proxy, udp_target):
    """Before the client has sent anything nobody can reach it, and nothing breaks."""
    with Association(proxy, UNSPECIFIED) as association, UdpSocket("127.0.0.2") as stranger:
        for _ in range(10):
            stranger.send(b"stranger", association.relay)
        association.ask(udp_target.address, udp_target)


def test_many_targets(proxy):
    """One association serves any number of targets; each answer says whose it is."""
    targets = [UdpSocket() for _ in range(10)] + [UdpSocket("::1") for _ in range(10)]
    with Association(proxy) as association:
        for number, target in enumerate(targets):
            association.send(target.address, b"%d" % number)
        for number, target in enumerate(targets):
            octets, sender = target.receive()
            assert octets == b"%d" % number
            target.send(octets, sender)
            assert association.receive() == datagram(*target.address, octets)
    for target in targets:
        target.socket.close()


def test_two_associations_do_not_mix(proxy, udp_target):
    """Each association has relay ports of its own."""
    with Association(proxy) as one, Association(proxy) as other:
        assert one.relay != other.relay
        assert one.ask(udp_target.address, udp_target, b"1") != other.ask(udp_target.address, udp_target, b"2")


def test_largest_datagram(proxy, udp_target):
    """What fits into a datagram with the header in front passes; an answer that does not fit is dropped, not cut."""
    most = 65507 - len(datagram("127.0.0.1", 0, b""))
    with Association(proxy) as association:
        association.send(udp_target.address, b"q" * most)
        octets, sender = udp_target.receive()
        assert octets == b"q" * most
        udp_target.send(b"too large".ljust(most + 1), sender)
        udp_target.send(b"largest".ljust(most), sender)
        assert association.receive() == datagram(*udp_target.address, b"largest".ljust(most))


def test_order_and_count(proxy, udp_target):
    """A thousand questions and answers: none is lost, none comes twice."""
    with Association(proxy) as association:
        for number in range(1000):
            association.ask(udp_target.address, udp_target, b"%d" % number)
    line = proxy.wait_for_log("UDP ASSOCIATE")
    assert line.endswith(" 2890 octets up, 12890 octets down: done")


def is_free(where):
    """Is there no UDP socket with this address?"""
    with socket.socket(type=socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(where)
        except OSError:
            return False
    return True


@pytest.mark.parametrize("leave", [Client.close, Client.reset, Client.half_close])
def test_ends_with_the_connection(proxy, udp_target, leave):
    """The association ends within a second when its TCP connection does; the port is free again."""
    before = proxy.footprint()
    with Association(proxy) as association:
        association.ask(udp_target.address, udp_target)
        began = time.monotonic()
        leave(association.tcp)
        wait_until("the relay's port to be free", lambda: is_free(association.relay), 5)
        assert time.monotonic() - began < patience(1)
        proxy.wait_for_footprint(before)


def test_lives_as_long_as_the_connection(start_proxy, udp_target):
    """No limit but the idle time-out: not the one for the handshake. Data on the TCP connection mean nothing."""
    proxy = start_proxy("--handshake-timeout", "1", "--connect-timeout", "1", "--bind-timeout", "1")
    with Association(proxy) as association:
        began = time.monotonic()
        while time.monotonic() - began < 2.5:
            association.tcp.send(b"what is this?")
            association.ask(udp_target.address, udp_target)
            time.sleep(0.1)


def test_idle_time_out(start_proxy, udp_target):
    """--idle-timeout ends an association that nothing passes through, and not a busy one."""
    proxy = start_proxy("--idle-timeout", "2")
    before = proxy.footprint()
    with Association(proxy) as association:
        for _ in range(12):
            association.ask(udp_target.address, udp_target)
            time.sleep(0.3)
        assert association.tcp.read_to_end() == b""
        assert proxy.wait_for_log("UDP ASSOCIATE").endswith(": idle")
        proxy.wait_for_footprint(before)


def test_name_is_looked_up_and_answers(proxy, udp_target):
    """A name and its address are the same target."""
    with Association(proxy) as association:
        for name in "localhost", "127.0.0.1", "LOCALHOST":
            association.ask((name, udp_target.port), udp_target)


def test_turned_off(start_proxy):
    """--no-udp: REP 07."""
    proxy = start_proxy("--no-udp")
    assert refusal(proxy, UNSPECIFIED, UDP_ASSOCIATE) == COMMAND_NOT_SUPPORTED


@pytest.mark.parametrize("advertised", ["192.0.2.7", "2001:db8::7"])
def test_advertised_address(start_proxy, udp_target, advertised):
    """--udp-advertise is the BND.ADDR that a client behind a NAT is told; the port is the true one."""
    proxy = start_proxy("--udp-advertise", advertised)
    with Association(proxy) as association:
        assert association.relay[0] == advertised
        association.relay = ("127.0.0.1", association.relay[1])
        association.ask(udp_target.address, udp_target)


def test_outgoing_address(start_proxy, udp_target):
    """--outgoing is where targets see the datagrams come from."""
    proxy = start_proxy("--outgoing", "127.0.0.2")
    with Association(proxy) as association:
        assert association.ask(udp_target.address, udp_target)[0] == "127.0.0.2"
