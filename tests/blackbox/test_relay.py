"""The data: exact, both ways, with every kind of end passed on."""
import socket
import time

import pytest

from socks5 import connect, read_exactly, read_to_end, reset
from targets import (BLOCK, Listener, Server, echo, fill, hash_of_fill, receive_bulk, send_bulk, shout_back)
from waiting import SLOW, Background, patience, wait_until

MIB = 1 << 20


@pytest.fixture(params=[(), ("--no-splice",)], ids=["splice", "copy"])
def proxy(start_proxy, request):
    """A proxy that moves data in either of its two ways."""
    return start_proxy(*request.param)


def pair(proxy, listener, **how):
    """A client and the target that it is connected to."""
    client = connect(proxy, listener.address, **how)
    return client, listener.accept()


def test_every_octet_both_ways_at_once(proxy, listener):
    """32 MiB each way at the same time, compared by hash."""
    client, target = pair(proxy, listener)
    with client, target:
        senders = [Background(send_bulk, end, 32 * MIB + 1) for end in (client.socket, target)]
        receivers = [Background(receive_bulk, end) for end in (target, client.socket)]
        assert [r.result() for r in receivers] == [s.result() for s in senders]
    line = proxy.wait_for_log("CONNECT")
    assert line.endswith(f", {32 * MIB + 1} octets up, {32 * MIB + 1} octets down: done")


def test_small_pieces_pass_at_once(proxy, listener):
    """Nothing is held back to make larger pieces (TCP_NODELAY): 500 round trips take no 500 x 40 ms."""
    client, target = pair(proxy, listener)
    with client, target:
        target.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        began = time.monotonic()
        for _ in range(500):
            client.send(b"a")
            client.send(b"b")
            assert read_exactly(target, 2) == b"ab"
            target.sendall(b"c")
            target.sendall(b"d")
            assert client.read(2) == b"cd"
        assert time.monotonic() - began < patience(10)


def test_client_ends_and_reads_on(proxy):
    """A client that has said all still gets its answer, however long that is."""
    with Server(shout_back) as server, connect(proxy, server.address) as client:
        client.send(b"a" * 200_000)
        client.half_close()
        assert client.read_to_end() == b"A" * 200_000


def test_target_ends_and_reads_on(proxy, listener):
    """The same the other way round."""
    client, target = pair(proxy, listener)
    with client, target:
        target.sendall(b"hello")
        target.shutdown(socket.SHUT_WR)
        assert client.read_to_end() == b"hello"
        client.send(b"b" * 200_000)
        client.half_close()
        assert read_to_end(target) == b"b" * 200_000
    assert proxy.wait_for_log("CONNECT").endswith(" 200000 octets up, 5 octets down: done")


def test_end_is_seen_by_a_reader_at_once(proxy, listener):
    """An end in one direction is passed on without waiting for the other."""
    client, target = pair(proxy, listener)
    with client, target:
        client.half_close()
        assert target.recv(1) == b""
        target.sendall(b"still here")
        assert client.read(10) == b"still here"


def test_both_end_at_the_same_moment(proxy, listener):
    """Two ends that cross are two clean ends, never a reset."""
    for _ in range(300):
        client, target = pair(proxy, listener)
        with client, target:
            client.send(b"up")
            target.sendall(b"down")
            client.half_close()
            target.shutdown(socket.SHUT_WR)
            assert client.read_to_end() == b"down"
            assert read_to_end(target) == b"up"
    assert not [line for line in proxy.wait_for_lines(300) if not line.endswith(": done")]


@pytest.mark.parametrize("who", ["client", "target"])
def test_reset_is_passed_on(proxy, listener, who):
    """A reset at one end is a reset at the other, so that nobody takes a torn stream for a whole one."""
    for _ in range(20):
        client, target = pair(proxy, listener)
        one, other = (client.socket, target) if who == "client" else (target, client.socket)
        with client, target:
            one.sendall(b"x")
            assert read_exactly(other, 1) == b"x"
            reset(one)
            with pytest.raises(ConnectionResetError):
                other.recv(1)


@pytest.mark.parametrize("who", ["client", "target"])
def test_reset_in_the_middle_of_bulk(proxy, listener, who):
    """Whoever sends in bulk and then resets, the reader sees a reset and no end."""
    for turn in range(50):
        client, target = pair(proxy, listener)
        one, other = (client.socket, target) if who == "client" else (target, client.socket)
        with client, target:
            reader = Background(receive_bulk, other)
            for _ in range(1 + turn % 10):
                one.sendall(BLOCK)
            reset(one)
            with pytest.raises(ConnectionResetError):
                reader.result()


@pytest.mark.parametrize("who", ["client", "target"])
def test_reset_by_a_reader_of_bulk(proxy, listener, who):
    """Whoever reads in bulk and then resets, the sender sees a reset: in what it sends or in what it reads."""
    for _ in range(50):
        client, target = pair(proxy, listener)
        one, other = (client.socket, target) if who == "client" else (target, client.socket)
        with client, target:
            sender = Background(send_bulk, other, 64 * MIB)
            read_exactly(one, 100_000)
            reset(one)
            with pytest.raises(ConnectionResetError):
                sender.result()


def test_reset_by_a_reader_who_took_nothing(proxy):
    """The same when the proxy is stuck in sending at that moment, and the sender only reads."""
    with Listener(receive_buffer=4096) as listener:
        for _ in range(3):
            client, target = pair(proxy, listener)
            with client, target:
                fill(client.socket)
                reset(target)
                with pytest.raises(ConnectionResetError):
                    client.read_to_end()


def test_reset_after_an_end(proxy, listener):
    """A target that has ended its direction and then resets: the client, still sending, learns of it."""
    client, target = pair(proxy, listener)
    with client, target:
        target.sendall(b"bye")
        target.shutdown(socket.SHUT_WR)
        assert client.read_to_end() == b"bye"
        reset(target)

        def send_fails():
            try:
                client.send(b"x")
            except (ConnectionResetError, BrokenPipeError):
                return True
            return False
        wait_until("the client's send to fail", send_fails)
    proxy.wait_for_log("CONNECT")


def test_a_reader_that_stops_holds_back_its_sender_and_nobody_else(proxy):
    """The proxy keeps a small buffer and not the whole stream. When the reader goes on, nothing is missing."""
    with Listener() as listener, Server(echo) as server:
        client, target = pair(proxy, listener)
        with client, target:
            before = proxy.memory()
            taken = fill(client.socket)
            assert taken < 64 * MIB, "the sender was not held back"
            with connect(proxy, server.address) as other:
                other.send(b"and the others?")
                assert other.read(15) == b"and the others?"
            assert proxy.memory() - before < (64 if SLOW else 4) * MIB
            receiver = Background(receive_bulk, target)
            client.half_close()
            assert receiver.result() == hash_of_fill(taken)


def test_idle_connection_ends(start_proxy, listener):
    """--idle-timeout: a connection on which nothing moves is reset, which is no end that looks like success."""
    proxy = start_proxy("--idle-timeout", "1")
    before = proxy.footprint()
    client, target = pair(proxy, listener)
    with client, target:
        began = time.monotonic()
        for end in client.socket, target:
            with pytest.raises(ConnectionResetError):
                end.recv(1)
        assert 0.8 < time.monotonic() - began < patience(4)
        assert proxy.wait_for_log("CONNECT").endswith(": idle")
        proxy.wait_for_footprint(before)


@pytest.mark.parametrize("who", ["client", "target"])
def test_busy_connection_stays(start_proxy, listener, who):
    """--idle-timeout: an octet in one direction now and then is enough for both."""
    proxy = start_proxy("--idle-timeout", "2")
    client, target = pair(proxy, listener)
    one, other = (client.socket, target) if who == "client" else (target, client.socket)
    with client, target:
        for _ in range(12):
            one.sendall(b"x")
            assert read_exactly(other, 1) == b"x"
            time.sleep(0.3)
        other.sendall(b"y")
        assert read_exactly(one, 1) == b"y"


def test_idle_time_counts_for_a_reader_who_takes_nothing(start_proxy):
    """--idle-timeout: also a connection that is stuck in sending ends, and again by a reset."""
    proxy = start_proxy("--idle-timeout", "1.5")
    before = proxy.footprint()
    with Listener(receive_buffer=4096) as listener:
        client, target = pair(proxy, listener)
        with client, target:
            fill(client.socket)
            with pytest.raises(ConnectionResetError):
                client.read_to_end()
            assert proxy.wait_for_log("CONNECT").endswith(": idle")
            proxy.wait_for_footprint(before)
