"""Many clients that come to do harm, and one who does not."""
import time

from socks5 import Client, connect, greeting, login
from targets import Server, echo
from waiting import SLOW, Background, patience

LINES = 60  # in the log, in a minute


def round_trips(proxy, server, until):
    """How long it takes to connect, log in, and have an answer: each time, until until() is true."""
    took = []
    while not until() or not took:
        began = time.monotonic()
        with connect(proxy, server.address) as client:
            client.send(b"ping")
            assert client.read(4) == b"ping"
        took.append(time.monotonic() - began)
    return took


def guess(proxy, name="alice"):
    """A client that has sent a wrong login, but does not read the answer yet."""
    client = Client(proxy)
    client.send(greeting(2) + login(name, "wrong"))
    return client


def flood(proxy, count, at_once):
    """So many wrong logins."""
    for _ in range(count // at_once):
        clients = [guess(proxy) for _ in range(at_once)]
        for client in clients:
            assert client.read_to_end() == b"\5\2\1\1"
            client.close()


def test_wrong_logins(start_proxy):
    """Ten thousand, 500 at a time: they cost others next to nothing, and do not fill the log. The first lines of a
    minute are there to be acted upon; the others are counted. A client that makes a request is never left out."""
    proxy = start_proxy("--user", "alice:secret")
    proxy.user = "alice", "secret"
    before, count = proxy.footprint(), 1000 if SLOW else 10_000
    began = time.monotonic()
    with Server(echo) as server:
        flooding = Background(flood, proxy, count, 500)
        took = round_trips(proxy, server, lambda: not flooding.running())
        flooding.result()
    minutes = int((time.monotonic() - began) / 60) + 1
    assert sorted(took)[len(took) // 2] < patience(0.1) and max(took) < patience(1)
    proxy.wait_for_footprint(before)
    proxy.stop()
    shown = [line for line in proxy.log() if line.endswith(": login failed")]
    assert LINES <= len(shown) <= LINES * minutes
    assert len(proxy.log()) == len(shown) + len(took)
    assert proxy.not_shown("failed logins") == count - len(shown)
    assert len(proxy.stdout().splitlines()) <= len(proxy.log()) + 1 + minutes


def test_failed_logins_do_not_drown(start_proxy):
    """Neither do other clients without a request hide a failed login, nor the other way round."""
    proxy = start_proxy("--user", "alice:secret")
    for _ in range(100):
        with Client(proxy) as client:
            client.send(b"\4\1")
            client.wait_for_end()
    for client in [guess(proxy, f"mallory{number}") for number in range(LINES + 5)]:
        client.wait_for_end()
        client.close()
    proxy.wait_for_log("mallory")
    proxy.stop()
    log = proxy.log()
    assert len([line for line in log if ", user mallory" in line]) == LINES
    assert len([line for line in log if ": greeting: " in line]) == LINES
    assert proxy.not_shown("failed logins") == 5
    assert proxy.not_shown("clients without a request") == 40


def test_silent_clients_in_turn(start_proxy):
    """A thousand silent clients, for a hundred places: each keeps its place for the time of a handshake and no longer,
    so that one who comes after all of them is served when ten times that has passed."""
    count, places, limit = 200 if SLOW else 1000, 100, 0.3
    proxy = start_proxy("--max-clients", str(places), "--handshake-timeout", str(limit))
    before = proxy.footprint()
    began = time.monotonic()
    silent = [Client(proxy) for _ in range(count)]
    with Server(echo) as server:
        round_trips(proxy, server, lambda: True)
    took = time.monotonic() - began
    assert count / places * limit - 0.1 < took < patience(count / places * limit + 2)
    for client in silent:
        client.wait_for_end()
        client.close()
    proxy.wait_for_footprint(before)
