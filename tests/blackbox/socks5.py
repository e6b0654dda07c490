"""A SOCKS5 client that shows every octet: RFC 1928 and RFC 1929 by hand."""
import contextlib
import ipaddress
import socket
import struct
from collections import namedtuple

from waiting import patience

NO_AUTHENTICATION, USERNAME_PASSWORD, NO_ACCEPTABLE = 0x00, 0x02, 0xFF
CONNECT, BIND, UDP_ASSOCIATE = 1, 2, 3
SUCCEEDED, FAILURE, NOT_ALLOWED, NETWORK_UNREACHABLE, HOST_UNREACHABLE, REFUSED = 0, 1, 2, 3, 4, 5
COMMAND_NOT_SUPPORTED, ADDRESS_TYPE_NOT_SUPPORTED = 7, 8

Reply = namedtuple("Reply", "rep bnd raw")  # bnd is (host, port); raw is every octet of the reply

UNSPECIFIED = ("0.0.0.0", 0)


def error_reply(rep):
    """The octets of a reply that says no: BND is 0.0.0.0, port 0."""
    return bytes([5, rep, 0, 1, 0, 0, 0, 0, 0, 0])


def greeting(*methods):
    return bytes([5, len(methods), *methods])


def login(name, password):
    name, password = as_octets(name), as_octets(password)
    return bytes([1, len(name)]) + name + bytes([len(password)]) + password


def request(cmd, host, port, rsv=0):
    return bytes([5, cmd, rsv]) + address(host, port)


def datagram(host, port, data, frag=0, rsv=0):
    """What a client sends to the UDP relay, RFC 1928 section 7."""
    return struct.pack("!HB", rsv, frag) + address(host, port) + data


def address(host, port):
    """ATYP, ADDR and PORT. An IP address as text is sent as such, any other text or octets as a name."""
    try:
        ip = ipaddress.ip_address(host if isinstance(host, str) else "")
        encoded = bytes([1 if ip.version == 4 else 4]) + ip.packed
    except ValueError:
        name = as_octets(host)
        encoded = bytes([3, len(name)]) + name
    return encoded + struct.pack("!H", port)


def as_octets(text):
    return text.encode() if isinstance(text, str) else text


def reset(connection):
    """Close with a reset instead of an end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def read_exactly(connection, count):
    """`count` octets; fails when the stream ends before."""
    octets = b""
    while len(octets) < count:
        more = connection.recv(count - len(octets))
        assert more, f"the stream ended after {octets!r}, {count} octets were expected"
        octets += more
    return octets


def read_to_end(connection):
    """All octets to the end of the stream, which must be an end and no reset."""
    octets = b""
    while more := connection.recv(65536):
        octets += more
    return octets


class Client:
    """A connection to the proxy."""

    def __init__(self, proxy, source=None, listen=0, receive_buffer=None):
        host, port = proxy.addresses[listen]
        self.user = proxy.user
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = proxy.socket(family, socket.SOCK_STREAM)
        self.socket.settimeout(patience(30))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if source:
            self.socket.bind((source, 0))
        self.socket.connect((host, port))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def reset(self):
        reset(self.socket)

    def send(self, octets):
        self.socket.sendall(octets)

    def dribble(self, octets):
        """One octet in each segment."""
        for octet in octets:
            self.socket.sendall(bytes([octet]))

    def half_close(self):
        self.socket.shutdown(socket.SHUT_WR)

    def read(self, count):
        return read_exactly(self.socket, count)

    def read_to_end(self):
        return read_to_end(self.socket)

    def wait_until_closed(self):
        """The proxy must close without a word; by an end or, as our octets may be unread, by a reset."""
        try:
            said = self.socket.recv(100)
        except ConnectionResetError:
            return
        assert said == b"", f"expected nothing but the end, got {said!r}"

    def wait_for_end(self):
        """Whatever the proxy still says, it must then close or reset the connection."""
        with contextlib.suppress(ConnectionError):
            self.socket.settimeout(patience(30))
            self.read_to_end()

    def greet(self, *methods):
        """The method that the proxy selects."""
        self.send(greeting(*methods or (NO_AUTHENTICATION,)))
        version, method = self.read(2)
        assert version == 5
        return method

    def log_in(self, name, password):
        """The status of the login; 0 is success."""
        self.send(login(name, password))
        version, status = self.read(2)
        assert version == 1
        return status

    def read_reply(self):
        raw = self.read(4)
        assert raw[0] == 5 and raw[2] == 0, f"not a reply: {raw!r}"
        length = {1: 4, 4: 16}[raw[3]]
        raw += self.read(length + 2)
        bnd = str(ipaddress.ip_address(raw[4:4 + length])), struct.unpack("!H", raw[-2:])[0]
        return Reply(raw[1], bnd, raw)

    def request(self, cmd, target):
        """Greet, log in where it has to be, send a request for (host, port), and read the reply."""
        assert self.greet(*(USERNAME_PASSWORD,) if self.user else ()) == (
            USERNAME_PASSWORD if self.user else NO_AUTHENTICATION)
        assert not self.user or self.log_in(*self.user) == 0
        return self.command(cmd, target)

    def command(self, cmd, target):
        """A request when the greeting has been done."""
        self.send(request(cmd, *target[:2]))
        return self.read_reply()


def connect(proxy, target, **how):
    """A client that is connected to a target through the proxy."""
    client = Client(proxy, **how)
    reply = client.request(CONNECT, target)
    assert reply.rep == SUCCEEDED, f"REP {reply.rep:02} for {target}"
    return client


def refusal(proxy, target, cmd=CONNECT, **how):
    """The REP for a target that cannot be had. The whole of the proxy's answer is checked."""
    with Client(proxy, **how) as client:
        client.send(greeting(NO_AUTHENTICATION) + request(cmd, *target[:2]))
        answer = client.read_to_end()
    assert answer[:2] == b"\x05\x00" and answer[2:] == error_reply(answer[3]), f"not a refusal: {answer!r}"
    return answer[3]


def is_answered(client, seconds=0.3):
    """Is there an answer within that time?"""
    client.socket.settimeout(seconds)
    try:
        return client.read(2) == b"\x05\x00"
    except TimeoutError:
        return False
    finally:
        client.socket.settimeout(patience(30))
