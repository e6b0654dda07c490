"""Name and password: RFC 1929."""
import pytest

from socks5 import (CONNECT, NO_ACCEPTABLE, NO_AUTHENTICATION, SUCCEEDED, USERNAME_PASSWORD, Client, greeting, login,
                    request)


def try_to_log_in(proxy, name, password):
    """The status that the proxy answers with. When it is not 0, the proxy must close."""
    with Client(proxy) as client:
        assert client.greet(USERNAME_PASSWORD) == USERNAME_PASSWORD
        status = client.log_in(name, password)
        if status != 0:
            assert client.read_to_end() == b""
        return status


def test_right_password(start_proxy, listener):
    """After status 0 the request is served."""
    proxy = start_proxy("--user", "alice:secret")
    with Client(proxy) as client:
        client.greet(NO_AUTHENTICATION, USERNAME_PASSWORD)
        assert client.log_in("alice", "secret") == 0
        assert client.command(CONNECT, listener.address).rep == SUCCEEDED
        listener.accept().close()
    assert ", user alice, CONNECT " in proxy.wait_for_log("CONNECT")


@pytest.mark.parametrize("octet_by_octet", [False, True])
def test_login_in_pieces(start_proxy, listener, octet_by_octet):
    """The login may come octet by octet, or with all other messages and the first data in one segment."""
    proxy = start_proxy("--user", "alice:secret")
    everything = greeting(2) + login("alice", "secret") + request(CONNECT, *listener.address) + b"data"
    with Client(proxy) as client:
        (client.dribble if octet_by_octet else client.send)(everything)
        with listener.accept() as target:
            assert client.read(4) == b"\x05\x02\x01\x00"
            assert client.read_reply().rep == SUCCEEDED
            assert target.recv(4) in (b"d", b"da", b"dat", b"data")


WRONG = [("alice", "Secret"), ("alice", "secre"), ("alice", "secret1"), ("alice", "s"), ("Alice", "secret"),
         ("bob", "secret"), ("bob", "bob"), ("alice\0", "secret"), ("alice", "secret\0"), ("alice", "secret\0x"),
         ("alice", "sec\0et"), ("a", "lice:secret"), ("alice", "secretsecret"), ("alicealice", "secret"),
         ("alice", "x" * 255), ("x" * 255, "secret"), ("\xff", "\xff"), ("", "secret"), ("alice", ""), ("", "")]


def test_wrong_passwords(start_proxy):
    """Section 2: 01 01, then the proxy closes. Every octet counts, also NUL and the length; none may be empty."""
    proxy = start_proxy("--user", "alice:secret", "--user", "bobby:bob")
    for name, password in WRONG:
        assert try_to_log_in(proxy, name, password) == 1, (name, password)
    assert try_to_log_in(proxy, "alice", "secret") == 0
    failures = [line for line in proxy.wait_for_lines(len(WRONG) + 1) if line.endswith(": login failed")]
    assert len(failures) == len(WRONG)
    assert all(" 127.0.0.1:" in line and "CONNECT" not in line for line in failures)


def test_longest_login(start_proxy):
    """255 octets each, of any value: all count, to the last."""
    name, password = "n" * 255, "p:" + "q" * 253
    proxy = start_proxy("--user", f"{name}:{password}")
    assert try_to_log_in(proxy, name, password) == 0
    assert try_to_log_in(proxy, name, password[:-1] + "r") == 1
    assert try_to_log_in(proxy, name[:-1], password) == 1


def test_octets_beyond_ascii(start_proxy):
    """A name and a password are octets."""
    proxy = start_proxy("--user", "zoë:pässwörd")
    assert try_to_log_in(proxy, "zoë", "pässwörd") == 0
    assert try_to_log_in(proxy, "zoë", "password") == 1


@pytest.mark.parametrize("version", [0, 2, 5, 0xFF])
def test_wrong_version_of_the_login(start_proxy, version):
    """The sub-negotiation has a version of its own, 1. With any other the login has failed."""
    proxy = start_proxy("--user", "alice:secret")
    for _ in range(2):
        with Client(proxy) as client:
            client.greet(USERNAME_PASSWORD)
            client.send(bytes([version]) + login("alice", "secret")[1:])
            assert client.read_to_end() == b"\x01\x01"


@pytest.mark.parametrize("methods", [(), (0,), (1,), (0, 1), (3,)])
def test_nobody_gets_in_without_login(start_proxy, methods):
    """With users only method 02 will do."""
    proxy = start_proxy("--user", "alice:secret")
    with Client(proxy) as client:
        client.send(greeting(*methods))
        assert client.read_to_end() == bytes([5, NO_ACCEPTABLE])


def test_no_skipping_of_the_login(start_proxy, listener):
    """A request where the login should be is a failed login."""
    proxy = start_proxy("--user", "alice:secret")
    with Client(proxy) as client:
        client.greet(USERNAME_PASSWORD)
        client.send(request(CONNECT, *listener.address))
        assert client.read_to_end() == b"\x01\x01"


def test_pipelined_wrong_login_is_answered(start_proxy, listener):
    """What a client sends behind a wrong login does not make a reset of the close."""
    proxy = start_proxy("--user", "alice:secret")
    for _ in range(3):
        with Client(proxy) as client:
            client.send(greeting(2) + login("alice", "wrong") + request(CONNECT, *listener.address) + b"x" * 100_000)
            assert client.read_to_end() == b"\x05\x02\x01\x01"


def test_file_of_users(start_proxy, tmp_path):
    """--users: a line for each; comments and empty lines are skipped; line ends of Windows are no part of it."""
    path = tmp_path / "users"
    path.write_bytes(b"# people\nalice:secret\n\nbob:with:colons and blanks\r\n#carol:out\ndave:last")
    proxy = start_proxy("--users", str(path), "--user", "erin:fifth")
    for name, password in [("alice", "secret"), ("bob", "with:colons and blanks"), ("dave", "last"),
                           ("erin", "fifth")]:
        assert try_to_log_in(proxy, name, password) == 0
    for name, password in [("#carol", "out"), ("carol", "out"), ("bob", "with:colons and blanks\r")]:
        assert try_to_log_in(proxy, name, password) == 1
