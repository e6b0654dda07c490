"""Limits: clients, time, descriptors, threads. Out of anything, the proxy waits without spinning, and serves on."""
import contextlib
import os
import time

import pytest

from health import check_that_it_serves
from proxy import COROUTINES
from scarcity import WAITING, another_user, limit_descriptors, limit_threads
from socks5 import (BIND, CONNECT, FAILURE, SUCCEEDED, UDP_ASSOCIATE, UNSPECIFIED, Client, connect, greeting,
                    is_answered)
from targets import Server, echo
from waiting import Background, patience, wait_until


def test_most_clients(start_proxy):
    """--max-clients N: the next one waits, and is served when one leaves."""
    proxy = start_proxy("--max-clients", "3")
    first = [Client(proxy) for _ in range(3)]
    for client in first:
        client.greet()
    later = [Client(proxy) for _ in range(3)]
    for client in later:
        client.send(greeting(0))
    assert not any([is_answered(client) for client in later])
    for one, coming in zip(first, later):
        one.close()
        assert coming.read(2) == b"\x05\x00"
    for client in later:
        client.close()
    check_that_it_serves(proxy)


def test_most_clients_of_all_listeners(start_proxy):
    """The limit is one for all that it listens on."""
    proxy = start_proxy("--max-clients", "1", listen=("127.0.0.1:0", "127.0.0.1:0"))
    with Client(proxy) as one:
        one.greet()
        with Client(proxy, listen=1) as other:
            other.send(greeting(0))
            assert not is_answered(other)
            one.close()
            assert other.read(2) == b"\x05\x00"


def test_a_waiting_client_that_has_left(start_proxy):
    """Who went away in the queue takes no place."""
    proxy = start_proxy("--max-clients", "1")
    with Client(proxy) as one:
        one.greet()
        for _ in range(5):
            Client(proxy).close()
    check_that_it_serves(proxy)


def test_silent_and_slow_clients(start_proxy):
    """--handshake-timeout is from the connection to the end of the request, however the octets drip."""
    proxy = start_proxy("--handshake-timeout", "1.5")
    before = proxy.footprint()
    began = time.monotonic()
    silent, greeted = Client(proxy), Client(proxy)
    greeted.greet()

    def drip():
        with Client(proxy) as slow, contextlib.suppress(ConnectionError):
            slow.send(greeting(*range(255))[:2])
            while time.monotonic() - began < patience(10):
                slow.send(b"\0")
                time.sleep(0.05)
        return time.monotonic() - began
    dripping = Background(drip)
    check_that_it_serves(proxy)
    assert time.monotonic() - began < patience(1), "the slow ones cost another client time"
    for client in silent, greeted:
        client.wait_until_closed()
        assert 1.4 < time.monotonic() - began < patience(4)
        client.close()
    assert 1.4 < dripping.result() < patience(4)
    for stage in "greeting: ", "request: ":
        assert proxy.wait_for_log(stage).endswith("(time limit)")
    proxy.wait_for_footprint(before)


def test_served_clients_have_no_handshake_limit(start_proxy, listener):
    """The limit ends with the request."""
    proxy = start_proxy("--handshake-timeout", "0.5", "--connect-timeout", "0.5", "--bind-timeout", "2")
    with connect(proxy, listener.address) as client, listener.accept() as target, Client(proxy) as waiting:
        assert waiting.request(BIND, UNSPECIFIED).rep == SUCCEEDED
        client.socket.settimeout(1.2)
        with pytest.raises(TimeoutError):
            client.read(1)
        target.sendall(b"late")
        assert client.read(4) == b"late"


def test_many_silent_clients_cost_others_nothing(proxy):
    """300 clients that say nothing: the next is served at once."""
    silent = [Client(proxy) for _ in range(300)]
    began = time.monotonic()
    check_that_it_serves(proxy)
    assert time.monotonic() - began < patience(2)
    for client in silent:
        client.close()


def test_a_crowd_is_served_in_the_end(start_proxy):
    """With 64 descriptors, 200 clients that want something at once get their answer, or are told why not."""
    proxy = start_proxy()
    limit_descriptors(proxy, 64)
    proxy.harmless = [WAITING]
    before = proxy.footprint()
    with Server(echo) as server:
        def visit():
            with Client(proxy) as client:
                try:
                    reply = client.request(CONNECT, server.address)
                except (AssertionError, ConnectionError):
                    return "closed"
                if reply.rep == SUCCEEDED:
                    client.send(b"ping")
                    assert client.read(4) == b"ping"
                return reply.rep
        crowd = [Background(visit) for _ in range(200)]
        outcomes = [client.result() for client in crowd]
    assert set(outcomes) <= {SUCCEEDED, FAILURE, "closed"} and outcomes.count(SUCCEEDED) > 20, outcomes
    proxy.wait_for_footprint(before, 20)
    check_that_it_serves(proxy)


@pytest.mark.parametrize("cmd", [CONNECT, BIND, UDP_ASSOCIATE])
def test_no_descriptor_for_the_target(start_proxy, listener, cmd):
    """REP 01 when the client has got in, but there is none left for what it wants."""
    proxy = start_proxy("--handshake-timeout", "60")
    limit_descriptors(proxy, 32)
    proxy.harmless = [WAITING]
    crowd = [Client(proxy) for _ in range(40)]
    wait_until("the descriptors to be used up", lambda: proxy.descriptors() >= 32)
    assert crowd[0].request(cmd, listener.address).rep == FAILURE
    for client in crowd:
        client.close()
    wait_until("the crowd to be gone", lambda: proxy.descriptors() < 20, 20)
    check_that_it_serves(proxy)


MOST_THREADS = 1 if COROUTINES else 40
# It takes a thread more, at the end of the program.
NO_SEARCH_FOR_LEAKS = {"env": os.environ | {"ASAN_OPTIONS": "detect_leaks=0"}} if COROUTINES else {}
FOR_A_DIRECTION = pytest.mark.skipif(COROUTINES, reason="coroutines need no threads, but for look-ups")


@pytest.fixture
def out_of_threads(start_proxy):
    """A proxy that has used up its threads, and the crowd of its clients."""
    with another_user() as user:
        proxy = start_proxy("--handshake-timeout", "60", **user, **NO_SEARCH_FOR_LEAKS)
        limit_threads(proxy, MOST_THREADS)
        proxy.harmless = [WAITING]
        crowd = [Client(proxy) for _ in range(60)]
        wait_until("the threads to be used up", lambda: proxy.threads() >= MOST_THREADS)
        yield proxy, crowd
        for client in crowd:
            client.close()
        wait_until("the crowd to be gone", lambda: proxy.descriptors() < 20, 20)
        check_that_it_serves(proxy)


@FOR_A_DIRECTION
def test_no_thread_for_the_other_direction(out_of_threads, listener):
    """A client that has got the last thread is refused, or reset. A clean end would look like an empty answer."""
    _, crowd = out_of_threads
    reply = crowd[0].request(CONNECT, listener.address)
    if reply.rep == SUCCEEDED:
        with pytest.raises(ConnectionResetError):
            crowd[0].read_to_end()
    else:
        assert reply.rep == FAILURE


def test_no_thread_for_the_look_up(out_of_threads, listener):
    """REP 01 when a name cannot be looked up for want of a thread."""
    _, crowd = out_of_threads
    assert crowd[0].request(CONNECT, ("localhost", listener.port)).rep == FAILURE


@FOR_A_DIRECTION
def test_no_thread_for_datagrams(out_of_threads):
    """An association without threads is refused, or ended; it is not left to hang."""
    _, crowd = out_of_threads
    if crowd[0].request(UDP_ASSOCIATE, UNSPECIFIED).rep == SUCCEEDED:
        crowd[0].wait_until_closed()
