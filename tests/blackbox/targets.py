"""What the proxy connects to: targets that do what the test tells them, on free ports of the loopback."""
import contextlib
import hashlib
import os
import socket
import time

from socks5 import read_to_end
from waiting import Background, patience

# What bulk data is made of. Its length is prime: a buffer or a pipe that got lost or came twice makes a difference.
BLOCK = os.urandom(262_139)


class Listener:
    """A listening socket. Connections are taken by accept(), in the test's own time."""

    def __init__(self, host="127.0.0.1", port=0, backlog=100, receive_buffer=None, make=socket.socket):
        """`make`: see namespaces.SocketsInside."""
        self.socket = make(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(patience(30))
        self.socket.bind((host, port))
        self.socket.listen(backlog)
        self.address = self.socket.getsockname()[:2]
        self.port = self.address[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def accept(self):
        connection, _ = self.socket.accept()
        connection.settimeout(patience(30))
        return connection

    def check_that_nobody_has_come(self):
        self.socket.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            raise AssertionError(f"unexpected connection: {self.accept()}")


class Server(Listener):
    """A listener that serves each connection with a function, one after the other."""

    def __init__(self, serve, **how):
        super().__init__(**how)
        self._serve = serve
        self._loop = Background(self._run)

    def _run(self):
        while True:
            try:
                self.socket.settimeout(None)
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                connection.settimeout(patience(30))
                self._serve(connection)

    def __exit__(self, *arguments):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self._loop.result()
        super().__exit__(*arguments)


def echo(connection):
    """Serve one connection: everything comes back."""
    while octets := connection.recv(65536):
        connection.sendall(octets)


def shout_back(connection):
    """Serve one connection: what has come to its end comes back in capitals."""
    connection.sendall(read_to_end(connection).upper())


class UdpSocket:
    """A datagram socket with a bounded wait."""

    def __init__(self, host="127.0.0.1", port=0, make=socket.socket):
        self.socket = make(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(patience(10))
        self.socket.bind((host, port))
        self.address = self.socket.getsockname()[:2]
        self.port = self.address[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, octets, to):
        self.socket.sendto(octets, to)

    def receive(self):
        """The next datagram and its sender."""
        octets, sender = self.socket.recvfrom(65536)
        return octets, sender[:2]

    def check_that_nothing_has_come(self):
        self.socket.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            raise AssertionError(f"unexpected datagram: {self.receive()}")


@contextlib.contextmanager
def refusing(host="127.0.0.1"):
    """An address that refuses: the port is taken, so that nobody else gets it, but nobody listens."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as taken:
        taken.bind((host, 0))
        yield taken.getsockname()[:2]


@contextlib.contextmanager
def never_answering():
    """An address that answers neither yes nor no: a listener whose queue is full."""
    with Listener(backlog=0) as listener, contextlib.ExitStack() as open_sockets:
        for _ in range(10):
            filler = open_sockets.enter_context(socket.socket())
            filler.settimeout(0.3)
            try:
                filler.connect(listener.address)
            except TimeoutError:
                break
        else:
            raise AssertionError("the queue of the listener does not get full")
        yield listener.address


def send_bulk(connection, octets):
    """Send that many octets, end the stream, and return their hash."""
    digest = hashlib.sha256()
    while octets > 0:
        block = BLOCK[:octets]
        connection.sendall(block)
        digest.update(block)
        octets -= len(block)
    connection.shutdown(socket.SHUT_WR)
    return digest.hexdigest()


def receive_bulk(connection):
    """The hash of all that comes, to the end of the stream."""
    digest = hashlib.sha256()
    while octets := connection.recv(1 << 18):
        digest.update(octets)
    return digest.hexdigest()


def fill(connection, most=1 << 30):
    """Send until nothing has been taken for a second, and return how many octets were."""
    sent, offset, moved = 0, 0, time.monotonic()
    connection.setblocking(False)
    while time.monotonic() - moved < 1 and sent < most:
        try:
            count = connection.send(BLOCK[offset:])
            sent, offset, moved = sent + count, (offset + count) % len(BLOCK), time.monotonic()
        except BlockingIOError:
            time.sleep(0.01)
    connection.settimeout(patience(30))
    return sent


def clog(connections):
    """Send on all of them until nobody has taken anything for a while."""
    for connection in connections:
        connection.setblocking(False)
    moved = time.monotonic()
    while time.monotonic() - moved < 0.3:
        for connection in connections:
            with contextlib.suppress(BlockingIOError):
                connection.send(BLOCK)
                moved = time.monotonic()
        time.sleep(0.01)


def hash_of_fill(octets):
    """The hash of what fill() has sent, when it sent that many octets."""
    whole, rest = divmod(octets, len(BLOCK))
    digest = hashlib.sha256()
    for _ in range(whole):
        digest.update(BLOCK)
    digest.update(BLOCK[:rest])
    return digest.hexdigest()
