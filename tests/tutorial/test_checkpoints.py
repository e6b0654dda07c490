"""The checkpoint of each chapter, judged by socks5spec. What a chapter has not built yet must fail, and nothing else."""
import signal
import socket

import pytest

from pages import CHAPTERS
from servers import Server, built
from waiting import patience

# By chapter: the cases that want more than the chapter has built.
NOT_YET = {
    4: {"methods are not taken for the request"},
    5: {"an IPv4 address", "a name", "the high octet of the port comes first", "an IPv4 address as a name"},
    6: {"the reply to a success is whole, and single", "RSV is not zero"},
    7: {"one target does not answer, and other clients are served"},
}
WHOLE = {9: ("--until", "9"), 12: ("--until", "11")}  # these must still pass all that came before
JUDGED = [int(folder.name[:2]) for folder in CHAPTERS if (folder / "checkpoint.cpp").exists() and folder.name > "04"]


@pytest.mark.parametrize("chapter", JUDGED)
def test_checkpoint(tmp_path, chapter):
    """Passes all cases of its chapter but those that need what comes later."""
    with Server(tmp_path, built(f"checkpoint-{chapter:02}")) as server:
        assert server.failures(*WHOLE.get(chapter, ("--chapter", str(chapter)))) == NOT_YET.get(chapter, set())


def test_stops(tmp_path):
    """Chapter 9: at once, though a client is there."""
    with Server(tmp_path, built("checkpoint-09")) as server, socket.create_connection(server.host_and_port) as client:
        client.sendall(b"\5\1\0")
        assert client.recv(2)
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(patience(5)) == 0


def test_greeting_with_a_login(tmp_path):
    """Chapter 4 again, for a server that has a user."""
    with Server(tmp_path, built("checkpoint-04", "alice", "secret")) as server:
        assert server.failures("--chapter", "4", "--user", "alice:secret") == NOT_YET[4]
