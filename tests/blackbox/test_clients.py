"""Other clients that people use: PySocks, nc, ssh through nc."""
import shutil
import subprocess

import pytest
import socks

from socks5 import read_exactly, read_to_end
from targets import Server, UdpSocket, echo, refusing
from waiting import patience


def py_socks(proxy, kind=socks.socket.SOCK_STREAM, **login):
    """A socket of PySocks that uses the proxy."""
    host, port = proxy.address
    client = socks.socksocket(socks.socket.AF_INET, kind)
    client.settimeout(patience(30))
    client.set_proxy(socks.SOCKS5, host, port, rdns=True, **login)
    return client


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_pysocks_connect(proxy, host):
    """CONNECT, by address and by name."""
    with Server(echo) as server, py_socks(proxy) as client:
        client.connect((host, server.port))
        client.sendall(b"hello")
        assert read_exactly(client, 5) == b"hello"


def test_pysocks_login(start_proxy):
    """With the right password, and with the wrong one."""
    proxy = start_proxy("--user", "alice:secret")
    with Server(echo) as server:
        with py_socks(proxy, username="alice", password="secret") as client:
            client.connect(server.address)
            client.sendall(b"hello")
            assert read_exactly(client, 5) == b"hello"
        with py_socks(proxy, username="alice", password="wrong") as client:
            with pytest.raises(socks.ProxyError, match="SOCKS5 authentication failed"):
                client.connect(server.address)


def test_pysocks_refused(proxy):
    """The words of PySocks for REP 05."""
    with refusing() as target, py_socks(proxy) as client:
        with pytest.raises(socks.ProxyError, match="0x05: Connection refused"):
            client.connect(target)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_pysocks_udp(proxy, host):
    """UDP ASSOCIATE, to two targets of one association."""
    with UdpSocket() as one, UdpSocket() as other, py_socks(proxy, socks.socket.SOCK_DGRAM) as client:
        client.bind(("127.0.0.1", 0))
        for target in one, other:
            client.sendto(b"ping", (host, target.port))
            octets, sender = target.receive()
            assert octets == b"ping"
            target.send(b"pong", sender)
            assert client.recvfrom(100) == (b"pong", target.address)


def netcat(proxy, *options):
    """A command that connects through the proxy."""
    return ["nc", "-X", "5", "-x", proxy.url, *options]


def test_netcat(proxy, listener):
    """nc -X 5: what it reads goes there, and what comes back is printed, also after its own end (-N)."""
    with subprocess.Popen(netcat(proxy, "-N", "localhost", str(listener.port)), stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as process:
        with listener.accept() as target:
            process.stdin.write(b"question")
            process.stdin.close()
            assert read_to_end(target) == b"question"
            target.sendall(b"answer")
        assert process.stdout.read() == b"answer"
        assert process.wait(patience(10)) == 0


def test_netcat_refused(proxy):
    """It fails when the proxy says no."""
    with refusing() as (host, port):
        done = subprocess.run(netcat(proxy, host, str(port)), stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=patience(30), check=False)
    assert done.returncode != 0 and b"Connection refused" in done.stderr


def test_ssh_through_netcat(proxy, listener):
    """ssh -o ProxyCommand='nc -X 5 ...': the greetings of both pass."""
    if not shutil.which("ssh"):
        pytest.skip("no command ssh here")
    command = ["ssh", "-v", "-F", "none", "-o", "BatchMode=yes", "-o", "UserKnownHostsFile=/dev/null", "-o",
               "ProxyCommand=" + " ".join(netcat(proxy, "%h", "%p")), "-p", str(listener.port), "user@localhost"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE) as process:
        with listener.accept() as target:
            assert read_exactly(target, 8) == b"SSH-2.0-"
            target.sendall(b"SSH-2.0-Blackbox\r\n")
            read_exactly(target, 100)
        assert b"remote software version Blackbox" in process.stderr.read()
        process.wait(patience(10))
