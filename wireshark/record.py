"""Records the captures. Run by record.sh, in a network that has just a loopback; the helpers are those of the black-box
tests. Real clients where there are any, and one made by hand for what no real client does."""
import contextlib
import io
import logging
import os
import pathlib
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import warnings

from ftp import FtpServer, FtpThroughSocks
from nameserver import NameServer
from proxy import Proxy
from socks5 import (CONNECT, NO_AUTHENTICATION, SUCCEEDED, UDP_ASSOCIATE, USERNAME_PASSWORD, Client, connect, datagram,
                    greeting, login, read_exactly, request)
from socks5 import reset as close_with_reset
from targets import Listener, Server, UdpSocket, echo, refusing, shout_back
from waiting import patience, wait_until
from web import WebServer

TARGET = "127.0.0.2"  # another address than the proxy's, so that the two sides are easily told apart
NAME = "www.example"  # its name, in the file that record.sh shows us as /etc/hosts
LAST = 9  # the discard port: a datagram to it is the last that is recorded, and is taken out again
CAPTURES = []


def capture(*options, clients=1):
    """Makes a function one of the captures. `options` are those of its proxy; so many clients come to it."""
    def add(function):
        CAPTURES.append((function.__name__.replace("_", "-"), options, clients, function))
        return function
    return add


def curl(*arguments):
    """What curl has fetched; and None when it has failed."""
    done = subprocess.run(["curl", "-q", "-s", "-m", str(patience(20)), *arguments], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, check=False)
    return done.stdout if done.returncode == 0 else None


def check(condition, what="not what was expected"):
    if not condition:
        raise AssertionError(what)


@capture()
def connect_ipv4(proxy, _):
    """curl looks the name up itself."""
    with WebServer(TARGET, 80):
        check(curl("--socks5", proxy.url, f"http://{NAME}/"))


@capture()
def connect_ipv6(proxy, _):
    """A target with an IPv6 address, over a proxy that is reached by IPv4."""
    with WebServer("::1", 80):
        check(curl("--socks5", proxy.url, "http://[::1]/"))


@capture()
def connect_name(proxy, _):
    """The proxy looks the name up."""
    with WebServer(TARGET, 80):
        check(curl("--socks5-hostname", proxy.url, f"http://{NAME}/"))


@capture("--user", "alice:secret")
def login_accepted(proxy, _):
    with WebServer(TARGET, 80):
        check(curl("--socks5-hostname", proxy.url, "--proxy-user", "alice:secret", f"http://{NAME}/"))


@capture("--user", "alice:secret")
def login_refused(proxy, _):
    check(curl("--socks5-hostname", proxy.url, "--proxy-user", "alice:wrong", f"http://{NAME}/") is None)


@capture("--user", "alice:secret")
def no_acceptable_method(proxy, _):
    """curl has no login to offer."""
    check(curl("--socks5-hostname", proxy.url, f"http://{NAME}/") is None)


@capture()
def target_refused(proxy, _):
    """Nobody listens there: REP 05."""
    check(curl("--socks5-hostname", proxy.url, f"http://{NAME}:81/") is None)


@capture()
def name_unknown(proxy, _):
    """REP 04."""
    check(curl("--socks5-hostname", proxy.url, "http://nowhere.example/") is None)


@capture(clients=3)
def bind_ftp(proxy, folder):
    """FTP in active mode: a control connection by CONNECT, and a listing and a file over two BINDs."""
    (folder / "hello.txt").write_text("Hello from the FTP server.\n")
    names, came = [], io.BytesIO()
    with FtpServer(folder, TARGET, 21) as server:
        ftp = FtpThroughSocks(proxy, server.address)
        ftp.login()
        ftp.retrlines("NLST", names.append)
        ftp.retrbinary("RETR hello.txt", came.write)
        ftp.quit()
    check("hello.txt" in names and came.getvalue().startswith(b"Hello"))


def question(number, name):
    """RFC 1035 section 4.1: which IPv4 address has this name?"""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return struct.pack("!6H", number, 0x0100, 1, 0, 0, 0) + labels + struct.pack("!BHH", 0, 1, 1)


@contextlib.contextmanager
def association(proxy):
    """A UDP socket, and the address of the relay for it. The request says which port the datagrams will come from: by
    this alone Wireshark knows which datagrams are SOCKS."""
    with UdpSocket() as udp, Client(proxy) as client:
        reply = client.request(UDP_ASSOCIATE, udp.address)
        check(reply.rep == SUCCEEDED)
        yield udp, reply.bnd


@capture()
def udp_dns(proxy, _):
    """Two questions: to a name server by its address, and to the same by its name."""
    proxy.socket = socket.socket
    with NameServer(proxy, lambda name: ["127.0.0.2"]), association(proxy) as (udp, relay):
        for number, host in enumerate(["127.0.0.1", "localhost"], 1):
            udp.send(datagram(host, 53, question(number, NAME)), relay)
            check(udp.receive()[0].endswith(socket.inet_aton(TARGET)))


@capture()
def udp_lost(proxy, _):
    """A fragment, which the proxy drops; then a datagram to a port where nobody listens; then one that is answered."""
    with UdpSocket(TARGET) as target, association(proxy) as (udp, relay), refusing(TARGET) as nobody:
        udp.send(datagram(*target.address, b"a fragment", frag=1), relay)
        udp.send(datagram(*nobody, b"nobody listens there"), relay)
        udp.send(datagram(*target.address, b"ping"), relay)
        octets, sender = target.receive()
        check(octets == b"ping")
        target.send(b"pong", sender)
        check(udp.receive()[0].endswith(b"pong"))


@capture()
def octet_by_octet(proxy, _):
    """Each octet of the client in a segment of its own. Right, and more than Wireshark can follow."""
    with Server(echo, host=TARGET, port=7) as target, Client(proxy) as client:
        client.dribble(greeting(NO_AUTHENTICATION))
        client.read(2)
        client.dribble(request(CONNECT, *target.address))
        check(client.read_reply().rep == SUCCEEDED)
        client.dribble(b"hello")
        check(client.read(5) == b"hello")


@capture()
def one_segment(proxy, _):
    """Greeting, request and the first data at once."""
    with Server(echo, host=TARGET, port=7) as target, Client(proxy) as client:
        client.send(greeting(NO_AUTHENTICATION) + request(CONNECT, *target.address) + b"hello")
        client.read(2)
        check(client.read_reply().rep == SUCCEEDED)
        check(client.read(5) == b"hello")


@capture()
def half_close(proxy, _):
    """The client ends its direction first, and the answer still comes."""
    with Server(shout_back, host=TARGET, port=7) as target, connect(proxy, target.address) as client:
        client.send(b"hello")
        client.half_close()
        check(client.read_to_end() == b"HELLO")


@capture()
def reset(proxy, _):
    """The target resets its connection, and the proxy resets the client's."""
    with Listener(TARGET, 7) as target, connect(proxy, target.address) as client:
        connection = target.accept()
        client.send(b"hello")
        read_exactly(connection, 5)
        close_with_reset(connection)
        with contextlib.suppress(ConnectionResetError):
            check(not client.socket.recv(1))


@capture()
def socks4(proxy, _):
    """A client that speaks another version."""
    check(curl("--socks4", proxy.url, f"http://{NAME}/") is None)


RIDDLES = []


def riddle(animal, *options):
    """Makes a function a riddle of chapter 13 of the tutorial: a conversation with that animal of the zoo."""
    def add(function):
        RIDDLES.append((function.__name__.replace("_", "-"), animal, options, function))
        return function
    return add


@riddle("selects-unoffered-method")
def riddle_1(client):
    client.greet(USERNAME_PASSWORD)


@riddle("login-version-5", "--user", "alice:secret")
def riddle_2(client):
    client.greet(USERNAME_PASSWORD)
    client.send(login("alice", "secret"))
    client.read(2)


@riddle("host-order-port")
def riddle_3(client):
    with WebServer(TARGET, 80):
        client.greet()
        client.send(request(CONNECT, TARGET, 80))
        client.read(10)


@riddle("wrong-reply-atyp")
def riddle_4(client):
    with Server(echo, host=TARGET, port=7):
        client.greet()
        client.send(request(CONNECT, NAME, 7))
        client.read(10)


@riddle("forgets-port-of-reply")
def riddle_5(client):
    with Server(lambda connection: connection.sendall(b"220 hello\r\n"), host=TARGET, port=21):
        client.greet()
        client.send(request(CONNECT, TARGET, 21))
        client.read(8 + 11)


@riddle("reply-before-connect")
def riddle_6(client):
    client.greet()
    client.send(request(CONNECT, TARGET, 81))
    client.read(10)
    client.wait_for_end()


@contextlib.contextmanager
def recording(name, folder):
    """All that passes the loopback meanwhile, as a file of the old format, which has no room for more than packets."""
    raw, said = folder / "raw", folder / "said"
    with UdpSocket(port=LAST) as last, open(said, "wb") as stderr:
        command = ["dumpcap", "-i", "lo", "-w", str(raw)]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stderr, stderr=stderr) as process:
            try:
                # The name of the file is said when the capture has begun.
                wait_until("dumpcap to begin", lambda: "File: " in said.read_text() or process.poll() is not None, 20)
                check(process.poll() is None, said.read_text())
                yield
                last.send(b"the last datagram", last.address)
                wait_until("the capture to be written", lambda: b"the last datagram" in raw.read_bytes(), 20)
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(patience(20))
    kept, done = folder / "kept", folder / "done"
    subprocess.run(["tshark", "-r", str(raw), "-Y", f"not udp.port == {LAST}", "-w", str(kept)], check=True,
                   stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=patience(60))
    subprocess.run(["editcap", "-F", "pcap", str(kept), str(done)], check=True, timeout=patience(60))
    (pathlib.Path(sys.argv[1]) / f"{name}.pcap").write_bytes(done.read_bytes())


def record_riddles(zoo):
    """The program is the zoo, with an animal for each."""
    for name, animal, options, function in RIDDLES:
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            proxy = Proxy(folder, animal, *options, listen=["127.0.0.1:10800"], path=zoo)
            before = proxy.footprint()
            try:
                with recording(name, folder):
                    with Client(proxy) as client:
                        function(client)
                    proxy.wait_for_footprint(before)
            finally:
                proxy.process.kill()
                proxy.process.wait()
            print(f"{name}.pcap", flush=True)


def record_captures():
    for name, options, clients, function in CAPTURES:
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            served = folder / "served"
            served.mkdir()
            proxy = Proxy(folder, *options, listen=["127.0.0.1:10800"])
            try:
                with recording(name, folder):
                    function(proxy, served)
                    wait_until("a line for each client, who has left then", lambda: len(proxy.log()) == clients, 20)
            finally:
                proxy.stop()
            print(f"{name}.pcap", flush=True)


def main():
    """All captures, or an error."""
    os.umask(0o022)
    logging.disable()  # of the FTP server, as are its warnings
    warnings.simplefilter("ignore")
    if "ZOO" in os.environ:
        record_riddles(os.environ["ZOO"])
    else:
        record_captures()


if __name__ == "__main__":
    main()
