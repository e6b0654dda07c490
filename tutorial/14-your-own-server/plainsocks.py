#!/usr/bin/env python3
"""A SOCKS5 proxy in one file: RFC 1928 and RFC 1929, Python 3.9, the standard library, a thread for each client.

To be read beside ../../src and plainsocks.rs: what has the same name does the same thing. The classes of the protocol
know no sockets. They get read(n), which returns exactly the next n octets, and write(octets), which appends to a
message.
"""
import argparse
import errno
import hmac
import io
import socket
import struct
import sys
import threading
import time
from contextlib import contextmanager, suppress
from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple, Union

VERSION = 5
LOGIN_VERSION = 1
HANDSHAKE_LIMIT, CONNECT_LIMIT, BIND_LIMIT = 10, 10, 60  # seconds


class Malformed(Exception):
    """What came is not SOCKS5, and the RFC has no answer for it."""


class Refused(Exception):
    """A request that cannot be served: the REP to answer with, and why."""

    def __init__(self, rep, why):
        super().__init__(f"REP {rep:02x}: {why}")
        self.rep = rep


# ---- The protocol ----------------------------------------------------------------------------------------------------


class Method(IntEnum):  # RFC 1928 section 3
    NO_AUTHENTICATION_REQUIRED = 0x00
    USERNAME_PASSWORD = 0x02
    NO_ACCEPTABLE_METHODS = 0xFF


class Cmd(IntEnum):  # RFC 1928 section 4
    CONNECT = 1
    BIND = 2
    UDP_ASSOCIATE = 3


class Atyp(IntEnum):  # RFC 1928 section 5
    IPV4 = 1
    DOMAINNAME = 3
    IPV6 = 4


class Rep(IntEnum):  # RFC 1928 section 6
    SUCCEEDED = 0x00
    GENERAL_SOCKS_SERVER_FAILURE = 0x01
    CONNECTION_NOT_ALLOWED_BY_RULESET = 0x02
    NETWORK_UNREACHABLE = 0x03
    HOST_UNREACHABLE = 0x04
    CONNECTION_REFUSED = 0x05
    COMMAND_NOT_SUPPORTED = 0x07
    ADDRESS_TYPE_NOT_SUPPORTED = 0x08


class Greeting(NamedTuple):
    """VER, NMETHODS, METHODS: RFC 1928 section 3."""
    methods: bytes

    @classmethod
    def receive(cls, read):
        ver, nmethods = read(2)
        if ver != VERSION:
            raise Malformed(f"version 0x{ver:02x}, expected 0x05")
        return cls(read(nmethods))


class MethodSelection(NamedTuple):
    """VER, METHOD: RFC 1928 section 3."""
    method: Method

    def send(self, write):
        write(bytes([VERSION, self.method]))


class Login(NamedTuple):
    """VER, ULEN, UNAME, PLEN, PASSWD: RFC 1929 section 2."""
    uname: bytes = b""
    passwd: bytes = b""

    @classmethod
    def receive(cls, read):
        ver, ulen = read(2)
        if ver != LOGIN_VERSION:
            return cls()  # what follows is unknown
        uname = read(ulen)
        (plen,) = read(1)
        return cls(uname, read(plen))

    def valid(self):
        return self.uname != b"" and self.passwd != b""


class LoginStatus(NamedTuple):
    """VER, STATUS: RFC 1929 section 2."""
    success: bool

    def send(self, write):
        write(bytes([LOGIN_VERSION, 0 if self.success else 1]))


class Domainname(bytes):
    """A name exactly as it was sent: 0 to 255 octets of any value."""


class UnknownHost(int):
    """An address type that the RFC does not know: where the host ends is unknown."""


class Address(NamedTuple):
    """ATYP, ADDR, PORT: RFC 1928 sections 4 and 5."""
    host: Union[IPv4Address, IPv6Address, Domainname, UnknownHost] = IPv4Address(0)
    port: int = 0

    @classmethod
    def receive(cls, read):
        (atyp,) = read(1)
        if atyp == Atyp.IPV4:
            host = IPv4Address(read(4))
        elif atyp == Atyp.DOMAINNAME:
            (length,) = read(1)
            host = Domainname(read(length))
        elif atyp == Atyp.IPV6:
            host = IPv6Address(read(16))
        else:
            return cls(UnknownHost(atyp))
        return cls(host, int.from_bytes(read(2), "big"))

    def send(self, write):
        """A server sends no names."""
        write(bytes([Atyp.IPV4 if self.host.version == 4 else Atyp.IPV6]))
        write(self.host.packed)
        write(self.port.to_bytes(2, "big"))


class Request(NamedTuple):
    """VER, CMD, RSV, DST: RFC 1928 section 4."""
    cmd: int
    dst: Address

    @classmethod
    def receive(cls, read):
        ver, cmd, _rsv = read(3)
        if ver != VERSION:
            raise Malformed(f"version 0x{ver:02x}, expected 0x05")
        return cls(cmd, Address.receive(read))


class Reply(NamedTuple):
    """VER, REP, RSV, BND: RFC 1928 section 6."""
    rep: Rep
    bnd: Address = Address()

    def send(self, write):
        write(bytes([VERSION, self.rep, 0]))
        self.bnd.send(write)


class UdpHeader(NamedTuple):
    """RSV, FRAG, DST: RFC 1928 section 7. Behind it, DATA fills the datagram."""
    frag: int
    dst: Address

    @classmethod
    def receive(cls, read):
        _rsv, _rsv, frag = read(3)
        return cls(frag, Address.receive(read))

    def send(self, write):
        write(bytes([0, 0, self.frag]))
        self.dst.send(write)


def octets_of(message):
    whole = bytearray()
    message.send(whole.extend)
    return bytes(whole)


# ---- The network -----------------------------------------------------------------------------------------------------


def to_address(endpoint):
    """Of what the socket module calls an address. IPv4 in the clothes of IPv6 (::ffff:127.0.0.1) is IPv4."""
    return Address(unmapped(ip_address(endpoint[0].partition("%")[0])), endpoint[1])


def unmapped(host):
    return getattr(host, "ipv4_mapped", None) or host


def family(host):
    return socket.AF_INET if host.version == 4 else socket.AF_INET6


def left(limit):
    """Seconds. Never 0: settimeout(0) would mean that nothing waits at all."""
    seconds = limit - time.monotonic()
    if seconds <= 0:
        raise socket.timeout("time limit")
    return seconds


def end(stream, how=socket.SHUT_RDWR):
    """Wakes whoever waits for this socket. close() would not."""
    with suppress(OSError):  # it may have ended by itself
        stream.shutdown(how)


def connected(stream):
    """False after a reset, or when both sides have sent their end."""
    with suppress(OSError):
        return bool(stream.getpeername())
    return False


def keep_alive(stream):
    """Asks the peer whether it is still there, so that nobody waits for ever for one that vanished."""
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


def reset_on_close(stream):
    """The peer shall see a reset, not an end: RFC 9293 section 3.5."""
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def both(f, g):
    """Runs f in a thread of its own and g in this one, and returns when both have."""
    other = threading.Thread(target=f, daemon=True)
    other.start()
    try:
        g()
    finally:
        other.join()


def to_rep(error):
    """The one table from error to REP, RFC 1928 section 6."""
    if isinstance(error, (socket.timeout, socket.gaierror)):
        return Rep.HOST_UNREACHABLE
    return {
        errno.ECONNREFUSED: Rep.CONNECTION_REFUSED,
        errno.ENETUNREACH: Rep.NETWORK_UNREACHABLE,
        errno.ENETDOWN: Rep.NETWORK_UNREACHABLE,
        errno.EAFNOSUPPORT: Rep.NETWORK_UNREACHABLE,  # no such network here
        errno.EHOSTUNREACH: Rep.HOST_UNREACHABLE,
        errno.ETIMEDOUT: Rep.HOST_UNREACHABLE,
        errno.EACCES: Rep.CONNECTION_NOT_ALLOWED_BY_RULESET,  # of a firewall
        errno.EPERM: Rep.CONNECTION_NOT_ALLOWED_BY_RULESET,
    }.get(error.errno, Rep.GENERAL_SOCKS_SERVER_FAILURE)


@contextmanager
def refusing():
    """What fails in here is a reason to refuse the request."""
    try:
        yield
    except OSError as error:
        raise Refused(to_rep(error), error) from None


def is_name(octets):
    """1 to 253 octets, all of them visible. The C library would read a name up to its first zero octet."""
    return 0 < len(octets) <= 253 and all(0x20 < octet < 0x7F for octet in octets)


def look_up(dst):
    """The addresses of a destination, at least one."""
    if not isinstance(dst.host, Domainname):
        return [Address(unmapped(dst.host), dst.port)]
    if not is_name(dst.host):
        raise Refused(Rep.HOST_UNREACHABLE, "not a name")
    with refusing():
        found = socket.getaddrinfo(bytes(dst.host), dst.port, type=socket.SOCK_STREAM)
    return [to_address(endpoint) for *_, endpoint in found]


# ---- The session -----------------------------------------------------------------------------------------------------


class Conversation:
    """The client's side of a session: messages in, messages out."""

    def __init__(self, stream, peer, users):
        self.stream, self.peer, self.users = stream, peer, users
        self.limit = time.monotonic() + HANDSHAKE_LIMIT  # for all that is read, however slowly the octets drip

    def read_some(self, most):
        self.stream.settimeout(left(self.limit))
        return self.stream.recv(most)

    def read(self, n):
        """Exactly n octets and not one more: what follows belongs to whoever reads next."""
        octets = b""
        while len(octets) < n:
            more = self.read_some(n - len(octets))
            if not more:
                raise ConnectionError("broke off")
            octets += more
        return octets

    def receive(self, message):
        return message.receive(self.read)

    def send(self, message):
        """One message, one send."""
        self.stream.sendall(octets_of(message))

    def hang_up(self, last):
        """Reads what the client still sends, within limits: to close while input is unread sends a reset, which may
        overtake the last message."""
        self.limit = time.monotonic() + 1
        with suppress(OSError):  # the client may have left by itself, or never leave
            self.send(last)
            self.stream.shutdown(socket.SHUT_WR)
            unread = 1 << 20
            while unread > 0 and (ignored := self.read_some(65536)):
                unread -= len(ignored)


def select(greeting, users):
    """RFC 1928 section 3. The order of the client's list does not matter."""
    wanted = Method.USERNAME_PASSWORD if users else Method.NO_AUTHENTICATION_REQUIRED
    return wanted if wanted in greeting.methods else Method.NO_ACCEPTABLE_METHODS


def know(users, login):
    """Takes the same time however much of a guess is right."""
    return any([hmac.compare_digest(login.uname, name) & hmac.compare_digest(login.passwd, password)
                for name, password in users.items()])


def log_in(client):
    """RFC 1929. A wrong guess is answered late, so that guessing takes long."""
    login = client.receive(Login)
    if login.valid() and know(client.users, login):
        client.send(LoginStatus(True))
        return True
    time.sleep(0.3)
    client.hang_up(LoginStatus(False))
    return False


def handshake(client):
    """Everything up to the request; none when the client was turned away before."""
    selection = MethodSelection(select(client.receive(Greeting), client.users))
    if selection.method == Method.NO_ACCEPTABLE_METHODS:
        client.hang_up(selection)
        return None
    client.send(selection)
    if selection.method == Method.USERNAME_PASSWORD and not log_in(client):
        return None
    return client.receive(Request)


def reach(dst):
    """A connection to the first address of the destination that takes one."""
    limit = time.monotonic() + CONNECT_LIMIT
    for address in look_up(dst):
        try:
            with refusing():
                return socket.create_connection((str(address.host), address.port), left(limit))
        except Refused as refusal:
            failure = refusal
    raise failure


def connect(client, dst):
    """RFC 1928 sections 4 and 6: reach the target, answer, relay."""
    with reach(dst) as target:
        client.send(Reply(Rep.SUCCEEDED, to_address(target.getsockname())))
        relay(client, target)


def listen(client, expected):
    """On our own address on the way to the peer; for any peer, on the one where the client has found us."""
    local = to_address(client.stream.getsockname()).host
    with refusing():
        if not expected.host.is_unspecified:
            with socket.socket(family(expected.host), socket.SOCK_DGRAM) as probe:
                probe.connect((str(expected.host), 9))  # chooses a route, sends nothing
                local = to_address(probe.getsockname()).host
        return socket.create_server((str(local), 0), family=family(local))


def welcome(peer, expected):
    return any(address.host.is_unspecified or address.host == peer.host for address in expected)


def accept_peer(client, listener, expected):
    """Strangers are closed, and the wait goes on. The client may leave meanwhile, unless it has said more."""
    limit = time.monotonic() + BIND_LIMIT
    listener.settimeout(0.1)
    while time.monotonic() < limit:
        try:
            stream, endpoint = listener.accept()
        except socket.timeout:
            if has_left(client.stream):
                raise ConnectionError("the client left while it waited for its peer") from None
            continue
        peer = to_address(endpoint)
        if welcome(peer, expected):
            return stream, peer
        stream.close()
    raise Refused(Rep.HOST_UNREACHABLE, "nobody came in time")


def has_left(stream):
    """Not by MSG_DONTWAIT: a socket with a time limit would wait all the same."""
    stream.setblocking(False)
    try:
        return stream.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    finally:
        stream.setblocking(True)


def bind(client, dst):
    """RFC 1928 sections 4 and 6. Two replies: where we wait, and who came."""
    expected = look_up(dst)
    with listen(client, expected[0]) as listener:
        client.send(Reply(Rep.SUCCEEDED, to_address(listener.getsockname())))
        stream, peer = accept_peer(client, listener, expected)
    with stream:
        client.send(Reply(Rep.SUCCEEDED, peer))
        relay(client, stream)


def pump(source, sink):
    """Moves octets until the source ends."""
    buffer = memoryview(bytearray(65536))
    while n := source.recv_into(buffer):
        sink.sendall(buffer[:n])


class Direction:
    """One of the two ways through the proxy."""

    def __init__(self, source, sink):
        self.source, self.sink = source, sink
        self.ended = False  # by an orderly end of the source, which is or will be passed on
        self.over = threading.Event()  # for whatever reason


def relay(client, target):
    """Pumps in both directions until both have ended. An end in one direction is passed on and leaves the other alone,
    RFC 9293 section 3.6. An error ends both, and whoever is still connected is sent a reset."""
    for stream in client.stream, target:
        stream.settimeout(None)
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        keep_alive(stream)
    up, down = Direction(client.stream, target), Direction(target, client.stream)
    failed = threading.Event()

    def one_way(way, back):
        try:
            pump(way.source, way.sink)
            # The system reports a reset once: if it told the pump that writes, the one that reads sees an end.
            if not connected(way.source) and not back.ended:
                raise ConnectionResetError
            if not failed.is_set():
                way.ended = True
                end(way.sink, socket.SHUT_WR)
        except OSError:
            failed.set()
            # A pump that reads is woken unseen by its peer; one that writes to a peer who takes nothing, a second
            # later.
            end(back.source, socket.SHUT_RD)
            way.over.set()
            if not back.over.wait(1):
                end(back.sink)
        way.over.set()

    try:
        both(lambda: one_way(up, down), lambda: one_way(down, up))
    except RuntimeError:  # no thread to be had
        failed.set()
    if failed.is_set():
        reset_on_close(client.stream)
        reset_on_close(target)


def open_datagrams(host):
    datagrams = socket.socket(family(host), socket.SOCK_DGRAM)
    if host.version == 6:
        datagrams.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)  # "::" is for IPv4, too
    datagrams.bind((str(host), 0))
    return datagrams


def reader_of(datagram):
    """The same read(n) that a TCP connection has, over one datagram."""
    def read(n):
        octets = datagram.read(n)
        if len(octets) < n:
            raise Malformed("datagram ends within its header")
        return octets
    return read


def send_to(datagrams, data, receiver):
    """What is too large, or has no way to go, is lost, as any datagram may be."""
    mapped = datagrams.family == socket.AF_INET6 and receiver.host.version == 4
    with suppress(OSError):
        datagrams.sendto(data, (f"::ffff:{receiver.host}" if mapped else str(receiver.host), receiver.port))


class Association:
    """Who may use a UDP association, RFC 1928 section 7: the client, and the targets that it has sent to."""

    def __init__(self, host, port):
        self.client = Address(host, port)
        self.targets = set()

    def is_client(self, sender):
        """Where the port is 0, the one that sends first is the client's."""
        if self.client.port == 0 and self.client.host == sender.host:
            self.client = sender
        return sender == self.client

    def contact(self, target):
        """The client sends to this target, so this target may answer."""
        if target not in self.targets and len(self.targets) == 4096:
            self.targets.clear()  # so that no client can fill the memory
        self.targets.add(target)

    def may_answer(self, sender):
        return sender in self.targets


class UdpRelay:
    """The datagrams of an association, RFC 1928 section 7."""

    def __init__(self, client, client_port):
        with refusing():
            self.inside = open_datagrams(to_address(client.stream.getsockname()).host)
            try:
                self.outside = open_datagrams(IPv6Address("::"))
            except OSError:  # a machine without IPv6
                self.outside = open_datagrams(IPv4Address("0.0.0.0"))
        self.association = Association(client.peer.host, client_port)
        self.names = {}  # those that were found are not looked up again, as long as there are not too many
        self.ended = False

    def bound(self):
        return to_address(self.inside.getsockname())

    def end(self):
        """A datagram to ourselves wakes recvfrom() on every system."""
        self.ended = True
        for datagrams in self.inside, self.outside:
            host, port = to_address(datagrams.getsockname())
            send_to(datagrams, b"", Address(IPv4Address("127.0.0.1") if host.is_unspecified else host, port))

    def receive_from(self, datagrams):
        """None when the relay was ended; a size of 0 is no end, for a datagram may be empty."""
        while True:
            try:
                data, endpoint = datagrams.recvfrom(65535)
            except OSError:
                continue  # a target has refused an earlier datagram
            return None if self.ended else (data, to_address(endpoint))

    def from_client(self):
        while came := self.receive_from(self.inside):
            data, sender = came
            with suppress(Malformed, Refused):  # what cannot be relayed is dropped, and nobody is told
                if self.association.is_client(sender):
                    self.pass_on(io.BytesIO(data))

    def pass_on(self, datagram):
        header = UdpHeader.receive(reader_of(datagram))
        if header.frag != 0 or isinstance(header.dst.host, UnknownHost):
            return
        target = self.address_of(header.dst)
        self.association.contact(target)
        send_to(self.outside, datagram.read(), target)

    def address_of(self, dst):
        """Of several addresses an IPv4 address is the best guess: few targets listen on IPv6 alone."""
        if not isinstance(dst.host, Domainname):
            return Address(unmapped(dst.host), dst.port)
        if dst.host not in self.names:
            found = look_up(dst)
            if len(self.names) == 1024:
                self.names.clear()
            self.names[dst.host] = min((address.host for address in found), key=lambda host: host.version)
        return Address(self.names[dst.host], dst.port)

    def from_targets(self):
        while came := self.receive_from(self.outside):
            data, sender = came
            if self.association.may_answer(sender):
                self.bring_back(sender, data)

    def bring_back(self, sender, data):
        send_to(self.inside, octets_of(UdpHeader(0, sender)) + data, self.association.client)


def wait_for_end(stream):
    """What comes meanwhile means nothing."""
    stream.settimeout(None)
    with suppress(OSError):  # a reset is an end like any other
        while stream.recv(512):
            continue


def udp_associate(client, dst):
    """RFC 1928 sections 4 and 6: relay datagrams as long as the TCP connection lives. A client behind a NAT does not
    know its own address, so of DST only the port counts."""
    relay = UdpRelay(client, dst.port)
    with relay.inside, relay.outside:
        client.send(Reply(Rep.SUCCEEDED, relay.bound()))
        keep_alive(client.stream)

        def datagrams():
            try:
                both(relay.from_client, relay.from_targets)
            except RuntimeError:  # no thread to be had
                end(client.stream)

        def watch():
            wait_for_end(client.stream)
            relay.end()

        both(datagrams, watch)


def carry_out(client, request):
    """RFC 1928 section 4."""
    if isinstance(request.dst.host, UnknownHost):
        raise Refused(Rep.ADDRESS_TYPE_NOT_SUPPORTED, f"unknown address type 0x{request.dst.host:02x}")
    command = {Cmd.CONNECT: connect, Cmd.BIND: bind, Cmd.UDP_ASSOCIATE: udp_associate}.get(request.cmd)
    if not command:
        raise Refused(Rep.COMMAND_NOT_SUPPORTED, f"unknown command 0x{request.cmd:02x}")
    command(client, request.dst)


def serve(stream, peer, users):
    """A session from greeting to end, in a thread of its own: whatever the client does ends this thread only."""
    with stream:
        client = Conversation(stream, peer, users)
        try:
            if request := handshake(client):
                carry_out(client, request)
        except Refused as refusal:
            warn(f"{peer.host} port {peer.port}: {refusal}")
            client.hang_up(Reply(refusal.rep))
        except (Malformed, OSError, RuntimeError) as error:
            warn(f"{peer.host} port {peer.port}: {error}")


def warn(line):
    """Not print, which writes the end of the line by itself; and whoever reads may have left."""
    with suppress(OSError):
        sys.stderr.write(line + "\n")


def main():
    parser = argparse.ArgumentParser(description="A SOCKS5 proxy.")
    parser.add_argument("--listen", metavar="ADDRESS:PORT", default="127.0.0.1:10800")
    parser.add_argument("--user", metavar="NAME:PASSWORD", action="append", default=[])
    options = parser.parse_args()
    host, _, port = options.listen.rpartition(":")
    host = ip_address(host.strip("[]"))
    if not all(":" in user for user in options.user):
        parser.error("--user is NAME:PASSWORD")
    users = dict(user.encode().split(b":", 1) for user in options.user)
    with socket.create_server((str(host), int(port)), family=family(host), backlog=128) as listener:
        print(f"listening on {options.listen.rpartition(':')[0]}:{listener.getsockname()[1]}", flush=True)
        while True:
            stream = None  # so that the last one is closed if it could not be served
            try:
                stream, endpoint = listener.accept()
                threading.Thread(target=serve, args=(stream, to_address(endpoint), users), daemon=True).start()
            except (OSError, RuntimeError) as error:  # no descriptor, or no thread: others may finish meanwhile
                warn(f"clients have to wait: {error}")
                time.sleep(0.1)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
