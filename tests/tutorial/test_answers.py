"""The answers to the exercises do what their chapters say."""
import os
import socket
import subprocess

import pytest

from pages import CHAPTERS, answers
from servers import BUILD, Server, built
from socks5 import (CONNECT, NO_AUTHENTICATION, NOT_ALLOWED, error_reply, greeting, read_exactly, read_to_end, request)
from test_checkpoints import NOT_YET
from waiting import patience

# By answer: the cases of its chapter that fail, because the exercise is to see them fail, or because of what comes later.
FAIL = {
    "06-by-rule": {"an unknown command", "an unknown command with a name"} | NOT_YET[6],
    "07-no-mail": NOT_YET[7],
    "08-no-half-close": {"the client ends, and reads on", "the target ends, and reads on"},
    "10-zeros": {"the first reply says where the server listens", "an IPv6 peer"},
    "11-1500": {"a large datagram", "the largest datagram", "an answer that is too large is not cut"},
    "12-blocked": {"two clients at once", "a client that says nothing holds up nobody", "200 clients at once",
                   "a reader that stops holds back its sender, and nobody else"},
}
CHAPTER = {"12-blocked": 8}  # whose cases are meant; of the others, their own
OTHERS = {"02-one-at-a-time", "03-counted", "05-round-trip", "09-close-at-once"}  # each has a test of its own


def connect(server):
    return socket.create_connection(server.host_and_port, patience(10))


def test_each_has_a_test():
    """Here."""
    assert {f"{folder.name[:2]}-{path.stem}" for folder in CHAPTERS for path in answers(folder)} == {*FAIL, *OTHERS}


def test_threads(tmp_path):
    """Exercise 1 of chapter 2: with two clients there are four."""
    with Server(tmp_path, built("checkpoint-02")) as server, connect(server) as first, connect(server) as second:
        for client in (first, second):
            client.sendall(b"hello")
            assert read_exactly(client, 5) == b"hello"
        assert len(os.listdir(f"/proc/{server.process.pid}/task")) == 4


def test_one_at_a_time(tmp_path):
    """The second client is connected, and heard when the first has left."""
    with Server(tmp_path, built("answer-02-one-at-a-time")) as server, connect(server) as first, connect(server) as second:
        second.sendall(b"second")
        first.sendall(b"first")
        assert read_exactly(first, 5) == b"first"
        second.settimeout(0.3)
        try:
            assert not second.recv(1), "the second client was heard before the first had left"
        except TimeoutError:
            pass
        first.close()
        second.settimeout(patience(10))
        assert read_exactly(second, 6) == b"second"


def test_counted(tmp_path):
    """A number, and so many octets, in whatever pieces they come."""
    with Server(tmp_path, built("answer-03-counted")) as server, connect(server) as client:
        for piece in (b"\5he", b"llo", b"and more"):
            client.sendall(piece)
        assert read_exactly(client, 5) == b"hello"


def test_round_trip():
    """Names of all lengths."""
    done = subprocess.run([BUILD / "tutorial" / "answer-05-round-trip"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                          timeout=patience(10), check=True)
    assert done.stdout == "256 names went out and came back\n"


@pytest.mark.parametrize("answer", FAIL)
def test_cases(tmp_path, answer):
    """Those of its chapter, by socks5spec."""
    with Server(tmp_path, built(f"answer-{answer}")) as server:
        assert server.failures("--chapter", str(CHAPTER.get(answer, int(answer[:2])))) == FAIL[answer]


def test_no_mail(tmp_path):
    """A target on port 25 is not asked for: REP 02."""
    with Server(tmp_path, built("answer-07-no-mail")) as server, connect(server) as client:
        client.sendall(greeting(NO_AUTHENTICATION) + request(CONNECT, "127.0.0.1", 25))
        assert read_to_end(client) == b"\5\0" + error_reply(NOT_ALLOWED)


@pytest.mark.parametrize("program, end", [("answer-09-close-at-once", "a reset"), ("checkpoint-04", "an end")])
def test_end(tmp_path, program, end):
    """Unread octets make a reset of the end, which may even overtake the answer; unless they are read first."""
    with Server(tmp_path, built(program)) as server, connect(server) as client:
        try:
            client.sendall(b"\5\1\7" + bytes(100_000))
            assert (read_to_end(client), end) == (b"\5\xff", "an end")
        except (ConnectionResetError, BrokenPipeError):
            assert end == "a reset"
