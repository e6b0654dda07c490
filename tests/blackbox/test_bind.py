"""BIND: RFC 1928 sections 4 and 6."""
import io
import re
import socket
import time

import pytest

from ftp import FtpServer, FtpThroughSocks
from socks5 import (BIND, COMMAND_NOT_SUPPORTED, HOST_UNREACHABLE, NO_AUTHENTICATION, NOT_ALLOWED, SUCCEEDED,
                    UNSPECIFIED, Client, error_reply, greeting, read_exactly, read_to_end, refusal, request,
                    reset)
from waiting import Background, patience, wait_until


def visit(address, source=None):
    """A connection to where the proxy listens."""
    return socket.create_connection(address, patience(30), (source, 0) if source else None)


def bind(proxy, host="127.0.0.1", port=0):
    """A client that waits, and the address where."""
    client = Client(proxy)
    reply = client.request(BIND, (host, port))
    assert reply.rep == SUCCEEDED
    return client, reply.bnd


def refuses(address):
    """Does nobody listen there? A reset says that somebody did a moment ago."""
    try:
        visit(address).close()
    except (ConnectionRefusedError, ConnectionResetError) as error:
        return isinstance(error, ConnectionRefusedError)
    return False


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_two_replies_and_data(proxy, host):
    """The first reply says where the proxy listens, the second who has come. Then data flow both ways."""
    client, where = bind(proxy, host)
    assert where[0] == ("::1" if host == "::1" else "127.0.0.1") and where[1] != 0
    with client, visit(where) as peer:
        reply = client.read_reply()
        assert reply.rep == SUCCEEDED and reply.bnd == peer.getsockname()[:2]
        peer.sendall(b"220 hello")
        assert client.read(9) == b"220 hello"
        client.send(b"QUIT")
        client.half_close()
        assert read_to_end(peer) == b"QUIT"
        peer.sendall(b"221 bye")
        peer.shutdown(socket.SHUT_WR)
        assert client.read_to_end() == b"221 bye"
    assert proxy.wait_for_log(" BIND ").endswith(" 4 octets up, 16 octets down: done")


def test_second_reply_only_after_the_peer(proxy):
    """Nothing comes between the first reply and the peer."""
    client, where = bind(proxy)
    with client:
        client.socket.settimeout(0.5)
        with pytest.raises(TimeoutError):
            client.read(1)
        client.socket.settimeout(patience(30))
        with visit(where):
            assert client.read_reply().rep == SUCCEEDED


def test_stranger(proxy):
    """DST.ADDR says who may come: a stranger is closed, and the wait goes on. DST.PORT is not compared."""
    client, where = bind(proxy, "127.0.0.1", 4711)
    with client:
        for _ in range(3):
            with visit(where, "127.0.0.2") as stranger:
                assert stranger.recv(1) == b""
        with visit(where, "127.0.0.1") as peer:
            assert client.read_reply().bnd == peer.getsockname()


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_anybody(proxy, host):
    """A DST.ADDR of zeros lets anybody in, and the address told is no wildcard."""
    client, where = bind(proxy, host)
    assert where[0] == "127.0.0.1"
    with client, visit(where, "127.0.0.2") as peer:
        assert client.read_reply().bnd == peer.getsockname()


def test_one_peer_only(proxy):
    """Once the peer has come, nobody else can."""
    client, where = bind(proxy)
    with client, visit(where):
        client.read_reply()
        assert refuses(where)


def test_time_out(start_proxy):
    """--bind-timeout: the second reply is REP 04 when nobody has come."""
    proxy = start_proxy("--bind-timeout", "1")
    client, where = bind(proxy)
    with client:
        began = time.monotonic()
        assert client.read_to_end() == error_reply(HOST_UNREACHABLE)
        assert 0.8 < time.monotonic() - began < patience(4)
    assert refuses(where)
    proxy.wait_for_log("REP 04, Host unreachable: nobody came in time")


def test_strangers_do_not_prolong_the_wait(start_proxy):
    """The limit is on the whole wait."""
    proxy = start_proxy("--bind-timeout", "1")
    client, where = bind(proxy)
    with client:
        answer = Background(client.read_to_end)

        def gone():
            try:
                visit(where, "127.0.0.2").close()
            except (ConnectionRefusedError, ConnectionResetError):
                return True
            return False
        wait_until("the port to be closed", gone, 4)
        assert answer.result() == error_reply(HOST_UNREACHABLE)


@pytest.mark.parametrize("early", [b"", b"early"])
@pytest.mark.parametrize("leave", [Client.close, Client.reset, Client.half_close])
def test_client_that_leaves(proxy, early, leave):
    """When the client has gone, the port is closed, and nothing stays; early data change nothing."""
    before = proxy.footprint()
    client, where = bind(proxy)
    client.send(early)
    leave(client)
    wait_until("the port to be closed", lambda: refuses(where), 2)
    proxy.wait_for_footprint(before)
    client.close()


def test_early_data(proxy):
    """What the client sends before its peer has come is delivered when it comes."""
    with Client(proxy) as client:
        client.send(greeting(NO_AUTHENTICATION) + request(BIND, "127.0.0.1", 0) + b"early")
        client.read(2)
        where = client.read_reply().bnd
        client.send(b", later")
        with visit(where) as peer:
            assert read_exactly(peer, 12) == b"early, later"
            assert client.read_reply().rep == SUCCEEDED


def test_reset_of_the_peer(proxy):
    """A reset is passed on, as with CONNECT."""
    client, where = bind(proxy)
    with client, visit(where) as peer:
        client.read_reply()
        reset(peer)
        with pytest.raises(ConnectionResetError):
            client.read(1)


def test_many_wait_at_once(proxy):
    """Each has a port of its own."""
    before = proxy.footprint()
    waiting = [bind(proxy) for _ in range(20)]
    assert len({where for _, where in waiting}) == 20
    for number, (client, where) in enumerate(waiting):
        with client, visit(where) as peer:
            client.read_reply()
            peer.sendall(bytes([number]))
            assert client.read(1) == bytes([number])
    proxy.wait_for_footprint(before)


def test_turned_off(start_proxy):
    """--no-bind: REP 07."""
    proxy = start_proxy("--no-bind")
    assert refusal(proxy, ("127.0.0.1", 0), BIND) == COMMAND_NOT_SUPPORTED


def test_unknown_name(proxy):
    """A peer that cannot be found cannot come."""
    assert refusal(proxy, ("nope.invalid", 0), BIND) == HOST_UNREACHABLE


def test_denied(start_proxy):
    """Rules hold for BIND: REP 02 for a peer that is denied; and with a DST.ADDR of zeros it is a stranger."""
    proxy = start_proxy("--deny-target", "127.0.0.2")
    assert refusal(proxy, ("127.0.0.2", 0), BIND) == NOT_ALLOWED
    client, where = bind(proxy, *UNSPECIFIED)
    with client:
        with visit(where, "127.0.0.2") as stranger:
            assert stranger.recv(1) == b""
        with visit(where, "127.0.0.1") as peer:
            assert client.read_reply().bnd == peer.getsockname()


def test_outgoing_address(start_proxy):
    """--outgoing is also where the peer finds us."""
    proxy = start_proxy("--outgoing", "127.0.0.3")
    client, where = bind(proxy)
    with client, visit(where):
        assert where[0] == "127.0.0.3"
        assert client.read_reply().rep == SUCCEEDED


def test_active_ftp(proxy, tmp_path):
    """What BIND was made for: a real server connects back for a listing, a download and an upload."""
    folder = tmp_path / "ftp"
    folder.mkdir()
    content = bytes(range(256)) * 4096
    (folder / "there.bin").write_bytes(content)
    names, came = [], io.BytesIO()
    with FtpServer(folder) as server:
        ftp = FtpThroughSocks(proxy, server.address)
        ftp.login()
        ftp.retrlines("NLST", names.append)
        ftp.retrbinary("RETR there.bin", came.write)
        ftp.storbinary("STOR back.bin", io.BytesIO(content[::-1]))
        ftp.quit()
    assert names == ["there.bin"]
    assert came.getvalue() == content
    assert (folder / "back.bin").read_bytes() == content[::-1]
    commands = [re.search(r" (CONNECT|BIND) .*: done$", line).group(1) for line in proxy.wait_for_lines(4)]
    assert sorted(commands) == ["BIND", "BIND", "BIND", "CONNECT"]
