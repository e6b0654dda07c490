"""A tiny SOCKS5 server with a bug of choice, to see that the bench notices it."""
import contextlib
import selectors
import socket
import struct
import threading

ANYWHERE = b"\0\1" + bytes(6)  # RSV, and 0.0.0.0 port 0
PERIOD = 65521  # after so many octets, those of the bench's streams repeat themselves


def flip(octets):
    """The last octet is another one."""
    return octets[:-1] + bytes([octets[-1] ^ 1])


BUGS = {
    "none": lambda octets: octets,
    "flip": flip,
    "lose": lambda octets: octets[:-1],
    "double": lambda octets: octets + octets[-1:],
    "swallow": lambda octets: octets,  # a whole period is lost, see pump()
    "refuse": None,
    "reset": None,
}


class BadProxy:
    """Listens on a free port of 127.0.0.1, and is gone at the end of a `with`."""

    def __init__(self, bug):
        self._bug, self._spoil = bug, BUGS[bug]
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client, contextlib.suppress(OSError):
            if self._bug == "reset":
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            client.recv(3)
            client.sendall(b"\5\0")
            request = client.recv(10)
            if self._bug == "refuse":
                client.sendall(b"\5\5" + ANYWHERE)
            elif request[1] == 1:
                self._connect(client, request[4:])
            else:
                self._associate(client)

    def _connect(self, client, address):
        host, port = socket.inet_ntoa(address[:4]), int.from_bytes(address[4:], "big")
        with socket.create_connection((host, port)) as target:
            client.sendall(b"\5\0" + ANYWHERE)
            up = threading.Thread(target=self._pump, args=(client, target), daemon=True)
            up.start()
            self._pump(target, client)
            up.join()

    def _pump(self, source, sink):
        with contextlib.suppress(OSError):
            missing = PERIOD if self._bug == "swallow" else 0
            while octets := source.recv(65536):
                if missing and len(octets) > 1:
                    octets, missing = octets[missing:], missing - min(missing, len(octets))
                elif self._spoil:
                    octets = self._spoil(octets)
                sink.sendall(octets)
        for end in source, sink:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _associate(self, client):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as inside, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outside, selectors.DefaultSelector() as both:
            for end in inside, outside:
                end.bind(("127.0.0.1", 0))
                both.register(end, selectors.EVENT_READ)
            both.register(client, selectors.EVENT_READ)
            client.sendall(b"\5\0\0\1\x7f\0\0\1" + struct.pack("!H", inside.getsockname()[1]))
            count = 0
            while True:
                for key, _ in both.select():
                    if key.fileobj is client:
                        return
                    if key.fileobj is inside:
                        datagram, peer = inside.recvfrom(65536)
                        outside.sendto(datagram[10:], (socket.inet_ntoa(datagram[4:8]),
                                                       int.from_bytes(datagram[8:10], "big")))
                        continue
                    answer, origin = outside.recvfrom(65536)
                    count += 1
                    if self._bug == "swallow" and count % 10 == 0:
                        continue
                    header = b"\0\0\0\1" + socket.inet_aton(origin[0]) + struct.pack("!H", origin[1])
                    inside.sendto(header + self._spoil(answer), peer)
