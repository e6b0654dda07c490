"""The answers to the exercises do what their chapters say."""
import socket
import subprocess

from pages import CHAPTERS
from servers import BUILD, Server, built
from socks5 import read_exactly
from waiting import patience

TESTED = {"answer-02-one-at-a-time", "answer-03-counted", "answer-05-round-trip", "answer-08-no-half-close", "answer-09-close-at-once"}


def connect(server):
    return socket.create_connection(server.host_and_port, patience(10))


def test_each_has_a_test():
    """Here."""
    assert {f"answer-{folder.name[:2]}-{path.stem}" for folder in CHAPTERS for path in folder.glob("answers/*.cpp")} == TESTED


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
        for piece in (b"\5he", b"llo\0\3", b"abc"):
            client.sendall(piece)
        assert read_exactly(client, 8) == b"helloabc"


def test_round_trip():
    """Names of all lengths."""
    done = subprocess.run([BUILD / "tutorial" / "answer-05-round-trip"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                          timeout=patience(10), check=True)
    assert done.stdout == "256 names went out and came back\n"


def test_no_half_close(tmp_path):
    """Two cases of chapter 8 fail, and no other."""
    with Server(tmp_path, built("answer-08-no-half-close")) as server:
        assert server.failures("--chapter", "8") == {"the client ends, and reads on", "the target ends, and reads on"}


def test_close_at_once(tmp_path):
    """The answer comes, or a reset in its place."""
    with Server(tmp_path, built("answer-09-close-at-once")) as server, connect(server) as client:
        client.sendall(b"\5\1\7 and much more")
        try:
            assert client.recv(10) in (b"\5\xff", b"")
        except ConnectionResetError:
            pass
