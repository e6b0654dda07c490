"""CONNECT: RFC 1928 sections 4 to 6."""
import contextlib
import socket
import subprocess
import time

import pytest

from namespaces import inside, with_addresses, with_hosts
from socks5 import (ADDRESS_TYPE_NOT_SUPPORTED, CONNECT, HOST_UNREACHABLE, NETWORK_UNREACHABLE, NOT_ALLOWED, REFUSED,
                    SUCCEEDED, Client, connect, read_exactly, refusal, request)
from targets import Listener, never_answering, refusing
from waiting import Background, patience


def check_that_it_talks(client, target):
    """Both ways, a few octets."""
    client.send(b"ping")
    assert read_exactly(target, 4) == b"ping"
    target.sendall(b"pong")
    assert client.read(4) == b"pong"


@pytest.mark.parametrize("name, host", [
    ("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("::ffff:127.0.0.1", "127.0.0.1"), ("localhost", "127.0.0.1"),
    (b"127.0.0.1", "127.0.0.1"), (b"::1", "::1"), ("LocalHost", "127.0.0.1")])
def test_kinds_of_address(proxy, name, host):
    """All three address types work, an address as a name, too. BND is the peer that the target sees."""
    with Listener(host) as listener, Client(proxy) as client:
        reply = client.request(CONNECT, (name, listener.port))
        assert reply.rep == SUCCEEDED
        with listener.accept() as target:
            assert reply.bnd == target.getpeername()[:2]
            check_that_it_talks(client, target)


def test_proxy_on_ipv6(start_proxy, listener):
    """A proxy that listens on ::1 reaches IPv4 targets, and the other way round."""
    proxy = start_proxy(listen=("[::1]:0", "127.0.0.1:0"))
    for listen in 0, 1:
        for host in "127.0.0.1", "::1":
            with Listener(host) as listener, connect(proxy, listener.address, listen=listen) as client:
                with listener.accept() as target:
                    check_that_it_talks(client, target)
    proxy.wait_for_log(" [::1]:")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_refused(proxy, host):
    """REP 05, at once."""
    with refusing(host) as target:
        began = time.monotonic()
        assert refusal(proxy, target) == REFUSED
        assert time.monotonic() - began < patience(2)
    assert "REP 05, Connection refused" in proxy.wait_for_log("CONNECT")


def test_refused_name(proxy):
    """REP 05 also when it was a name: the failure of the last address tried."""
    with refusing() as (_, port):
        assert refusal(proxy, ("localhost", port)) == REFUSED


@pytest.mark.parametrize("name", ["nope.invalid", "a..b", "-", "1.2.3.4.5", "*"])
def test_unknown_name(proxy, name):
    """REP 04: RFC 1928 has no better code for it."""
    assert refusal(proxy, (name, 80)) == HOST_UNREACHABLE
    assert "REP 04, Host unreachable" in proxy.wait_for_log("CONNECT")


def test_time_out(start_proxy):
    """REP 04 when the connect limit has passed, not long before and not long after."""
    proxy = start_proxy("--connect-timeout", "1.5")
    with never_answering() as target:
        began = time.monotonic()
        assert refusal(proxy, target) == HOST_UNREACHABLE
        assert 1.4 < time.monotonic() - began < patience(4)
    assert "(time limit)" in proxy.wait_for_log("REP 04")


def test_reply_only_after_the_outcome(start_proxy):
    """The reply says how it went, so it cannot come before."""
    proxy = start_proxy("--connect-timeout", "2")
    with never_answering() as target, Client(proxy) as client:
        client.greet()
        client.send(request(CONNECT, *target))
        client.socket.settimeout(0.7)
        with pytest.raises(TimeoutError):
            client.read(1)


def test_one_waits_and_the_others_do_not(start_proxy, listener):
    """A target that does not answer holds up nobody but the client that wants it."""
    proxy = start_proxy("--connect-timeout", "5")
    with never_answering() as silent:
        slow = Background(refusal, proxy, silent)
        began = time.monotonic()
        with connect(proxy, listener.address) as client, listener.accept() as target:
            check_that_it_talks(client, target)
        assert time.monotonic() - began < patience(2)
        assert slow.result() == HOST_UNREACHABLE


def test_client_that_leaves_during_the_wait(start_proxy):
    """Nothing is left when the client has gone before its target has answered."""
    proxy = start_proxy("--connect-timeout", "1")
    before = proxy.footprint()
    with never_answering() as target:
        for _ in range(5):
            client = Client(proxy)
            client.greet()
            client.send(request(CONNECT, *target))
            client.close()
        proxy.wait_for_footprint(before)


def test_outgoing_address(start_proxy, listener):
    """--outgoing is where the target sees the connection come from, and what BND says."""
    proxy = start_proxy("--outgoing", "127.0.0.2")
    for name in "127.0.0.1", "localhost":
        with Client(proxy) as client:
            reply = client.request(CONNECT, (name, listener.port))
            with listener.accept() as target:
                assert target.getpeername()[0] == "127.0.0.2"
                assert reply.bnd == target.getpeername()


def test_outgoing_address_of_the_other_kind(start_proxy):
    """From an IPv4 address no IPv6 network can be reached: REP 03."""
    proxy = start_proxy("--outgoing", "127.0.0.2")
    with Listener("::1") as listener:
        assert refusal(proxy, listener.address) == NETWORK_UNREACHABLE


HOSTS = "127.0.0.1 localhost\n::1 both.test\n127.0.0.1 both.test\n127.0.0.9 many.test\n127.0.0.8 many.test\n" \
        "127.0.0.7 many.test\n"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_name_with_both_kinds(start_proxy, tmp_path, host):
    """When the first address of a name refuses, the next one is tried."""
    proxy = start_proxy(wrapper=with_hosts(tmp_path, HOSTS))
    with Listener(host) as listener, connect(proxy, ("both.test", listener.port)) as client:
        with listener.accept() as target:
            check_that_it_talks(client, target)


@pytest.mark.parametrize("host", ["127.0.0.9", "127.0.0.8", "127.0.0.7"])
def test_name_with_many_addresses(start_proxy, tmp_path, host):
    """All of them are tried, to the last."""
    proxy = start_proxy(wrapper=with_hosts(tmp_path, HOSTS))
    with Listener(host) as listener, connect(proxy, ("many.test", listener.port)):
        assert listener.accept().getsockname() == (host, listener.port)


def test_name_whose_addresses_all_refuse(start_proxy, tmp_path):
    """REP 05, that of the last."""
    proxy = start_proxy(wrapper=with_hosts(tmp_path, HOSTS))
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        assert refusal(proxy, ("many.test", taken.getsockname()[1])) == REFUSED


def test_no_way_there(start_proxy):
    """A network that this machine has no way to is REP 03."""
    proxy = start_proxy(wrapper=with_addresses("10.0.0.1/32"))
    with subprocess.Popen(inside(proxy, "nc", "-X", "5", "-x", proxy.url, "192.0.2.1", "80"), stdin=subprocess.DEVNULL):
        assert "REP 03, Network unreachable" in proxy.wait_for_log("CONNECT")


@pytest.mark.parametrize("_", range(3))
def test_failures_at_the_same_time(start_proxy, _):
    """Each client gets its own REP, and its own line in the log, though all are refused while the others wait."""
    proxy = start_proxy("--deny-target", "192.0.2.0/24", "--connect-timeout", "0.3")
    with refusing() as refused, never_answering() as silent, contextlib.ExitStack() as stack:
        expected = {REFUSED: refused, NOT_ALLOWED: ("192.0.2.1", 80), HOST_UNREACHABLE: silent,
                    ADDRESS_TYPE_NOT_SUPPORTED: None}
        clients = [(stack.enter_context(Client(proxy)), rep) for rep in [*expected] * 10]
        for client, _ in clients:
            client.greet()
        for client, rep in clients:
            client.send(request(CONNECT, *expected[rep]) if expected[rep] else b"\x05\x01\x00\x09")
        for client, rep in clients:
            assert client.read_reply().rep == rep
        numbers = {client.socket.getsockname()[1]: rep for client, rep in clients}
    for port, rep in numbers.items():
        assert f"REP {rep:02x}," in proxy.wait_for_log(f":{port}")
