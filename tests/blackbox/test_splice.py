"""Data in bulk, which the system moves through pipes: as exact as any, and a pipe is there only as long as it is of use.

PLAINSOCKS_BULK_MIB=10240 moves 10 GiB through the first test instead of a quarter of one.
"""
import os
import random
import socket
import time

import pytest

from scarcity import WAITING, limit_descriptors
from socks5 import connect, reset
from targets import BLOCK, send_bulk, receive_bulk
from waiting import Background, patience, wait_until

MIB = 1 << 20
AMOUNT = int(os.environ.get("PLAINSOCKS_BULK_MIB", "256")) * MIB
TWICE = BLOCK + BLOCK  # any part of the endless stream BLOCK BLOCK BLOCK ... up to the length of BLOCK


class Sender:
    """Sends `size` octets of the stream in pieces of all sizes, some after a pause, and then the end or a reset."""

    def __init__(self, connection, size, seed, ends):
        self._socket, self._size, self._random, self._ends = connection, size, random.Random(str(seed)), ends
        self.run = Background(self._run)

    def _run(self):
        sent, rested = 0, 0
        while sent < self._size:
            piece = self._random.choice([1, 1000, 20_000, len(BLOCK), len(BLOCK), len(BLOCK)])
            at = sent % len(BLOCK)
            piece = TWICE[at:at + min(piece, self._size - sent)]
            self._socket.sendall(piece)
            sent += len(piece)
            if self._random.random() < 0.02 and rested < 20:
                rested += 1
                time.sleep(self._random.choice([0.001, 0.09, 0.11, 0.2]))  # a pipe waits for a tenth of a second
        if self._ends:
            self._socket.shutdown(socket.SHUT_WR)
        else:
            reset(self._socket)


def compare(connection):
    """Read to the end, or to a reset, and return how many octets came; each is the right one."""
    received, buffer = 0, bytearray(len(BLOCK))
    while True:
        try:
            count = connection.recv_into(buffer)
        except ConnectionResetError:
            return received, "reset"
        if count == 0:
            return received, "end"
        at = received % len(BLOCK)
        assert memoryview(buffer)[:count] == memoryview(TWICE)[at:at + count], f"wrong octets from {received} on"
        received += count


def move_both_ways(client, target, size, seed):
    """To both ends."""
    senders = [Sender(end, size, (seed, end is client), ends=True) for end in (client, target)]
    readers = [Background(compare, end) for end in (client, target)]
    return senders, readers, [(size, "end")] * 2


def move_up_to_a_reset(client, target, size, seed):
    """What is lost by a reset is at the end of the stream."""
    return [Sender(client, size, seed, ends=False)], [Background(compare, target)], None


@pytest.mark.parametrize("options", [(), ("--no-splice",)], ids=["splice", "copy"])
def test_pauses_ends_and_resets(start_proxy, listener, options):
    """Four connections at a time, each direction with pauses of its own; one of the four is reset by its client."""
    proxy = start_proxy(*options)
    size, moved = AMOUNT // 32, 0
    while moved < AMOUNT:
        ends, moves = [], []
        for number, move in enumerate([move_both_ways] * 3 + [move_up_to_a_reset]):
            client = connect(proxy, listener.address)
            target = listener.accept()
            ends += [client, target]
            moves.append(move(client.socket, target, size + number, (moved, number)))
        for senders, readers, expected in moves:
            came = [reader.result(600) for reader in readers]
            for sender in senders:
                sender.run.result(600)
            assert came == expected or expected is None and came[0][1] == "reset" and came[0][0] <= size + 3
            moved += sum(count for count, _ in came)
        for end in ends:
            end.close()


@pytest.mark.skipif("PLAINSOCKS_PORTABLE" in os.environ, reason="the portable version has no pipes")
def test_a_pipe_is_there_only_while_data_come_in_bulk(proxy, listener):
    """Who chats has none, and neither has who rests: descriptors are scarce."""
    with connect(proxy, listener.address) as client, listener.accept() as target:
        before = proxy.pipes()
        client.send(b"question")
        assert target.recv(8) == b"question" and proxy.pipes() == before
        reader = Background(compare, client.socket)
        for _ in range(3):
            sent = Background(lambda: [target.sendall(BLOCK) for _ in range(200)])
            wait_until("a pipe to be there", lambda: proxy.pipes() == before + 2)
            sent.result()
            wait_until("the pipe to be gone, though the connection is not", lambda: proxy.pipes() == before, 3)
        target.shutdown(socket.SHUT_WR)
        assert reader.result() == (600 * len(BLOCK), "end")


def test_urgent_data_are_no_end(proxy, listener):
    """TCP's urgent octet stops a splice() as an end would; it is not part of the data."""
    with connect(proxy, listener.address) as client, listener.accept() as target:
        reader = Background(compare, client.socket)
        target.sendall(BLOCK * 20)
        target.send(b"!", socket.MSG_OOB)
        target.sendall(BLOCK * 20)
        target.shutdown(socket.SHUT_WR)
        assert reader.result() == (40 * len(BLOCK), "end")


def test_without_descriptors_for_a_pipe(start_proxy, listener):
    """Then data are copied, and nobody notices."""
    proxy = start_proxy()
    proxy.harmless = [WAITING]
    with connect(proxy, listener.address) as client, listener.accept() as target:
        before = proxy.pipes()
        limit_descriptors(proxy, proxy.descriptors())
        reader = Background(receive_bulk, client.socket)
        assert send_bulk(target, 64 * MIB) == reader.result(patience(60))
        assert proxy.pipes() == before
