#!/usr/bin/env python3
"""A SOCKS5 server in one file: RFC 1928 and RFC 1929.

    python3 plainsocks.py [--trace] [PORT [NAME PASSWORD]]

Lay it beside ../11-udp-associate/proxy.cpp and plainsocks.rs: same names, same order.
"""
import errno
import io
import itertools
import os
import socket
import struct
import sys
import threading
import time
from contextlib import suppress
from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple, Union

user_name = user_password = b""  # without a name everybody may come in
tracing = False

# ---- The messages. They know no sockets: read(n) returns n bytes, write([...]) takes some.


class Method(IntEnum):
    NONE_NEEDED = 0
    USERNAME_PASSWORD = 2
    NONE_ACCEPTABLE = 0xFF


class Greeting(NamedTuple):
    FIELDS = "greeting: VER NMETHODS METHODS"
    methods: bytes

    @classmethod
    def receive(cls, read):
        ver, nmethods = read(2)
        if ver != 5:
            raise ValueError("this is not SOCKS5")
        return cls(read(nmethods))

    def offers(self, wanted):
        return wanted in self.methods


class MethodSelection(NamedTuple):
    FIELDS = "method selection: VER METHOD"
    selected: Method

    def send(self, write):
        write([5, self.selected])


class Login(NamedTuple):
    FIELDS = "login: VER ULEN UNAME PLEN PASSWD"
    name: bytes = b""
    password: bytes = b""

    @classmethod
    def receive(cls, read):
        ver, ulen = read(2)
        if ver != 1:
            return cls()  # nobody
        name = read(ulen)
        (plen,) = read(1)
        return cls(name, read(plen))


class LoginStatus(NamedTuple):
    FIELDS = "login status: VER STATUS"
    success: bool

    def send(self, write):
        write([1, 0 if self.success else 1])


class Rep(IntEnum):
    SUCCEEDED = 0
    GENERAL_FAILURE = 1
    NOT_ALLOWED = 2
    NETWORK_UNREACHABLE = 3
    HOST_UNREACHABLE = 4
    CONNECTION_REFUSED = 5
    COMMAND_NOT_SUPPORTED = 7
    ADDRESS_TYPE_NOT_SUPPORTED = 8


class Refused(Exception):  # a request that cannot be served, and what to answer
    def __init__(self, result):
        super().__init__(result)
        self.result = result


class Atyp(IntEnum):
    IPV4 = 1
    DOMAINNAME = 3
    IPV6 = 4


class Address(NamedTuple):  # ATYP, ADDR, PORT
    host: Union[IPv4Address, IPv6Address, bytes] = IPv4Address(0)  # bytes: a name
    port: int = 0

    @classmethod
    def receive(cls, read):
        (atyp,) = read(1)
        if atyp == Atyp.IPV4:
            host = IPv4Address(read(4))
        elif atyp == Atyp.DOMAINNAME:
            (length,) = read(1)
            host = read(length)
        elif atyp == Atyp.IPV6:
            host = IPv6Address(read(16))
        else:
            raise Refused(Rep.ADDRESS_TYPE_NOT_SUPPORTED)  # nobody knows how long it is
        return cls(host, int.from_bytes(read(2), "big"))

    @classmethod
    def of(cls, endpoint):  # what the socket module calls an address: "::1%eth0", 80, ...
        return cls(ip_address(endpoint[0].partition("%")[0]), endpoint[1])

    def send(self, write):  # an ip: a server has no names to tell
        write([Atyp.IPV4 if self.host.version == 4 else Atyp.IPV6])
        write(self.host.packed)
        write(self.port.to_bytes(2, "big"))


class Cmd(IntEnum):
    CONNECT = 1
    BIND = 2
    UDP_ASSOCIATE = 3


class Request(NamedTuple):
    FIELDS = "request: VER CMD RSV ATYP DST.ADDR DST.PORT"
    command: int
    dst: Address

    @classmethod
    def receive(cls, read):
        ver, command, _rsv = read(3)
        if ver != 5:
            raise ValueError("this is not a request of SOCKS5")
        return cls(command, Address.receive(read))


class Reply(NamedTuple):
    FIELDS = "reply: VER REP RSV ATYP BND.ADDR BND.PORT"
    result: Rep
    bnd: Address = Address()

    def send(self, write):
        write([5, self.result, 0])
        self.bnd.send(write)


class UdpHeader(NamedTuple):
    FIELDS = "datagram: RSV FRAG ATYP DST.ADDR DST.PORT DATA"
    frag: int
    dst: Address

    @classmethod
    def receive(cls, read):
        _rsv, _rsv, frag = read(3)
        return cls(frag, Address.receive(read))

    def send(self, write):
        write([0, 0, self.frag])
        self.dst.send(write)


def whole(message):
    octets = bytearray()
    message.send(octets.extend)
    return bytes(octets)


# ---- The trace, which the C++ file has not: the fields as the RFCs name them, and what they say

NAMES = {
    "VER": {1: "version of the subnegotiation", 5: "SOCKS version 5"},
    "METHOD": {0: "no authentication required", 1: "GSSAPI", 2: "username/password",
               0xFF: "no acceptable methods"},
    "STATUS": {0: "success", 1: "failure"},
    "CMD": {1: "CONNECT", 2: "BIND", 3: "UDP ASSOCIATE"},
    "REP": {0: "succeeded", 1: "general SOCKS server failure",
            2: "connection not allowed by ruleset", 3: "Network unreachable",
            4: "Host unreachable", 5: "Connection refused", 7: "Command not supported",
            8: "Address type not supported"},
    "RSV": {0: "reserved"},
    "ATYP": {1: "IPv4 address", 3: "domain name", 4: "IPv6 address"},
    "FRAG": {0: "not a fragment"},
}


def size(name, before, rest):
    """How many octets a field has. Often that is what the field before it says."""
    if name in ("METHODS", "UNAME", "PASSWD"):
        return before[0]
    if name.endswith(".ADDR"):
        return {1: 4, 3: 1 + sum(rest[:1]), 4: 16}.get(before[0], len(rest) + 1)
    if name.endswith(".PORT") or name == "RSV" and not before:
        return 2
    return len(rest) if name == "DATA" else 1


def meaning(name, octets, before):
    def count(n, what):
        return f"{n} {what}" + ("s" if n != 1 else "")

    def text(letters):
        return repr(letters)[2:-1]

    if name in NAMES:
        return NAMES[name].get(octets[0], "unknown")
    if name.endswith(".ADDR"):
        if before[0] == Atyp.DOMAINNAME:
            return f"{count(octets[0], 'octet')}: {text(octets[1:])}"
        return str(ip_address(octets))
    value = int.from_bytes(octets, "big")
    if name.endswith(".PORT"):
        return str(value)
    if name == "METHODS":
        return ", ".join(NAMES["METHOD"].get(method, "unknown") for method in octets)
    return {
        "NMETHODS": count(value, "method"),
        "ULEN": count(value, "octet") + " of name",
        "UNAME": f'"{text(octets)}"',
        "PLEN": "*** (length of the password)",
        "PASSWD": "*** (the password)",
        "DATA": count(len(octets), "octet"),
    }[name]


def trace(direction, fields, octets):
    if not tracing:
        return
    title, names = fields.split(": ")
    rows, before, rest = [], b"", bytes(octets)
    for name in names.split():
        length = size(name, before, rest)
        field, rest = rest[:length], rest[length:]
        if len(field) < length:
            break  # the message has ended before
        lines = [field[at:at + 16].hex(" ") for at in range(0, length, 16)]
        if name in ("PLEN", "PASSWD", "DATA"):
            lines = [] if name == "DATA" else ["***"]
        rows.append((lines, name, meaning(name, field, before)))
        before = field
    width = max((len(line) for lines, _, _ in rows for line in lines), default=0)
    number = threading.current_thread().name  # of the connection
    shown = f"{number} {direction}  {title}\n"
    for lines, name, what in rows:
        first = lines[0] if lines else ""
        shown += f"{number}     {first:{width}}  {name:8}  {what}\n"
        shown += "".join(f"{number}     {line}\n" for line in lines[1:])
    sys.stdout.write(shown)
    sys.stdout.flush()


# ---- The client's connection


def receive(client, message, limit):
    came = bytearray()

    def read(n):
        start = len(came)
        while len(came) < start + n:
            client.settimeout(limit.left())
            more = client.recv(start + n - len(came))
            if not more:
                raise ConnectionError("the client has left in the middle of a message")
            came.extend(more)
        return bytes(came[start:])

    try:
        return message.receive(read)
    finally:
        trace("client -> proxy", message.FIELDS, came)


def send(client, message):
    octets = whole(message)
    trace("proxy -> client", message.FIELDS, octets)
    client.sendall(octets)


def shut(stream, how):
    with suppress(OSError):  # the connection may have ended by itself
        stream.shutdown(how)


class TimeLimit:
    """Each wait of a socket may get what is left of it; so no thread has to watch the time."""

    def __init__(self, seconds):
        self.end = time.monotonic() + seconds

    def left(self):
        seconds = self.end - time.monotonic()
        if seconds <= 0:  # settimeout(0) would not mean "no time", but "never wait"
            raise socket.timeout("the time is up")
        return seconds


def hang_up(client):
    """Reads until the client ends the connection, too. Whoever closes while there is something to
    read sends a reset, and a reset may take our last message with it."""
    limit = TimeLimit(1)
    shut(client, socket.SHUT_WR)
    with suppress(OSError):
        client.settimeout(limit.left())
        while client.recv(4096):
            client.settimeout(limit.left())


# ---- Two pumps


def pump(source, target):
    """Passes on what comes, until an end; an error is raised."""
    buffer = memoryview(bytearray(65536))
    while n := source.recv_into(buffer):
        target.sendall(buffer[:n])


def close_with_reset(stream):
    with suppress(OSError):
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    stream.close()


def relay(client, target):
    for stream in client, target:
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    ended, broken = threading.Event(), threading.Event()

    def one_way(source, sink):
        try:
            pump(source, sink)
            if broken.is_set():
                return
            try:
                # The system tells a reset once. If it has told the other pump, this one has seen
                # an end, of a connection that has no remote endpoint any more. (Nor has it one
                # after both ends, so `ended` is looked at last.)
                source.getpeername()
            except OSError:
                if not ended.is_set():
                    raise
            ended.set()
            shut(sink, socket.SHUT_WR)
        except OSError:
            if not broken.is_set():
                broken.set()
                shut(source, socket.SHUT_RD)  # wakes the other pump, and tells the
                shut(sink, socket.SHUT_RD)  # peers nothing yet

    up = threading.Thread(target=one_way, args=(client, target), daemon=True)
    up.start()
    one_way(target, client)
    up.join()
    if broken.is_set():
        close_with_reset(client)
        close_with_reset(target)


# ---- CONNECT


def to_rep(error):
    if isinstance(error, (socket.timeout, socket.gaierror)):  # gaierror: a name
        return Rep.HOST_UNREACHABLE
    return {
        errno.ECONNREFUSED: Rep.CONNECTION_REFUSED,
        errno.ENETUNREACH: Rep.NETWORK_UNREACHABLE,
        errno.EAFNOSUPPORT: Rep.NETWORK_UNREACHABLE,
        errno.EHOSTUNREACH: Rep.HOST_UNREACHABLE,
        errno.ETIMEDOUT: Rep.HOST_UNREACHABLE,
        errno.EACCES: Rep.NOT_ALLOWED,
        errno.EPERM: Rep.NOT_ALLOWED,
    }.get(error.errno, Rep.GENERAL_FAILURE)


def look_up(dst):
    if not isinstance(dst.host, bytes):
        return [dst]
    # The C library would end the name at a zero byte, and look up another one.
    if not dst.host or 0 in dst.host:
        raise Refused(Rep.HOST_UNREACHABLE)
    try:
        found = socket.getaddrinfo(dst.host, dst.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Refused(to_rep(error)) from error
    return [Address.of(endpoint) for *_, endpoint in found]


def reach(dst):
    for address in look_up(dst):
        try:
            target = socket.create_connection((str(address.host), address.port), timeout=10)
        except OSError as error:
            failure = error
        else:
            target.settimeout(None)
            return target
    raise Refused(to_rep(failure))


def connect(client, dst):
    with reach(dst) as target:
        send(client, Reply(Rep.SUCCEEDED, Address.of(target.getsockname())))
        relay(client, target)


# ---- BIND


def family(ip):
    return socket.AF_INET if ip.version == 4 else socket.AF_INET6


def own_address(client, peer):
    # Our address on the way to the peer. This socket sends nothing, but the system has to choose.
    if peer.is_unspecified:
        return Address.of(client.getsockname()).host
    with socket.socket(family(peer), socket.SOCK_DGRAM) as scout:
        try:
            scout.connect((str(peer), 9))
        except OSError as error:
            raise Refused(to_rep(error)) from error
        return Address.of(scout.getsockname()).host


def has_left(client):
    client.setblocking(False)
    try:
        return client.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    finally:
        client.setblocking(True)


def is_welcome(who, expected):
    return any(e.host.is_unspecified or e.host == who for e in expected)


def accept_peer(listener, expected, client):
    listener.settimeout(0.1)  # we wait for two: for the peer, and for the client's end
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        with suppress(socket.timeout):
            peer, endpoint = listener.accept()
            if is_welcome(Address.of(endpoint).host, expected):
                return peer
            peer.close()
        if has_left(client):
            raise ConnectionError("the client did not wait for its peer")
    raise Refused(Rep.HOST_UNREACHABLE)


def bind(client, dst):
    expected = look_up(dst)
    ip = own_address(client, expected[0].host)
    with socket.create_server((str(ip), 0), family=family(ip)) as listener:
        send(client, Reply(Rep.SUCCEEDED, Address.of(listener.getsockname())))
        peer = accept_peer(listener, expected, client)
    with peer:
        send(client, Reply(Rep.SUCCEEDED, Address.of(peer.getpeername())))
        relay(client, peer)


# ---- UDP ASSOCIATE


def mapped(address):
    """One socket for both families: there 127.0.0.1 is ::ffff:127.0.0.1."""
    ip = f"::ffff:{address.host}" if address.host.version == 4 else str(address.host)
    return ip, address.port


def unmapped(endpoint):
    address = Address.of(endpoint)
    return Address(address.host.ipv4_mapped or address.host, address.port)


class UdpRelay:
    def __init__(self, client):
        self.socket = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        self.socket.bind(("::", 0))
        self.client = client  # port 0: not known before it has sent
        self.targets = set()  # they may answer
        self.ended = False

    def port(self):
        return self.socket.getsockname()[1]

    def run(self):
        while not self.ended:
            with suppress(OSError, ValueError, Refused):  # this one is lost, as any datagram may be
                datagram, sender = self.socket.recvfrom(65536)
                self.pass_on(datagram, unmapped(sender))

    def end(self):
        self.ended = True
        with suppress(OSError):  # a datagram to ourselves wakes recvfrom()
            self.socket.sendto(b"wake up", ("::ffff:127.0.0.1", self.port()))

    def pass_on(self, datagram, sender):
        if self.client.port == 0 and self.client.host == sender.host:
            self.client = sender
        if sender == self.client:
            self.to_target(datagram)
        elif sender in self.targets:
            self.to_client(datagram, sender)

    def to_target(self, datagram):
        trace("client -> proxy", UdpHeader.FIELDS, datagram)
        data = io.BytesIO(datagram)

        def read(n):
            octets = data.read(n)
            if len(octets) < n:
                raise ValueError("too short")
            return octets

        header = UdpHeader.receive(read)
        if header.frag != 0:
            return
        found = look_up(header.dst)
        target = min(found, key=lambda a: a.host.version)  # IPv4 first: few targets have IPv6 alone
        if len(self.targets) == 1000:
            self.targets.clear()
        self.targets.add(unmapped(mapped(target)))
        self.socket.sendto(data.read(), mapped(target))

    def to_client(self, data, sender):
        datagram = whole(UdpHeader(0, sender)) + data
        trace("proxy -> client", UdpHeader.FIELDS, datagram)
        self.socket.sendto(datagram, mapped(self.client))


def udp_associate(client, dst):
    datagrams = UdpRelay(Address(Address.of(client.getpeername()).host, dst.port))
    with datagrams.socket:
        here = Address(Address.of(client.getsockname()).host, datagrams.port())
        send(client, Reply(Rep.SUCCEEDED, here))
        client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        number = threading.current_thread().name
        thread = threading.Thread(target=datagrams.run, daemon=True, name=number)
        thread.start()
        with suppress(OSError):
            while client.recv(4096):
                pass
        datagrams.end()
        thread.join()


# ---- A client, from the greeting to the end


def handshake(client):
    """No request: the client has been turned away."""
    limit = TimeLimit(10)
    wanted = Method.USERNAME_PASSWORD if user_name else Method.NONE_NEEDED
    offered = receive(client, Greeting, limit).offers(wanted)
    send(client, MethodSelection(wanted if offered else Method.NONE_ACCEPTABLE))
    if not offered:
        return None
    if wanted == Method.USERNAME_PASSWORD:
        name, password = receive(client, Login, limit)
        welcome = name == user_name and password == user_password
        send(client, LoginStatus(welcome))
        if not welcome:
            return None
    return receive(client, Request, limit)


def carry_out(client, wanted):
    commands = {Cmd.CONNECT: connect, Cmd.BIND: bind, Cmd.UDP_ASSOCIATE: udp_associate}
    if wanted.command not in commands:
        raise Refused(Rep.COMMAND_NOT_SUPPORTED)
    commands[wanted.command](client, wanted.dst)


def serve(client):
    try:
        wanted = handshake(client)
        client.settimeout(None)
        if wanted:
            carry_out(client, wanted)
    except Refused as refusal:
        send(client, Reply(refusal.result))
    hang_up(client)


# ---- The server


def handle(client):
    with client:
        try:
            serve(client)
        except (OSError, ValueError, RuntimeError) as error:
            sys.stderr.write(f"{error}\n")  # that ends this client, and no other


def listen(port):
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        print("listening on 127.0.0.1:%d" % listener.getsockname()[1], flush=True)
        for number in itertools.count(1):
            client = None  # a socket is closed when nobody names it any more
            try:
                client, _ = listener.accept()
                name = f"#{number}"
                threading.Thread(target=handle, args=(client,), daemon=True, name=name).start()
            except (OSError, RuntimeError) as error:  # no more sockets or threads for the moment
                sys.stderr.write(f"{error}\n")
                time.sleep(0.1)


def main():
    global tracing, user_name, user_password
    arguments = sys.argv[1:]
    if arguments[:1] == ["--trace"]:
        tracing = True
        del arguments[0]
    if len(arguments) > 2:
        user_name, user_password = os.fsencode(arguments[1]), os.fsencode(arguments[2])
    listen(int(arguments[0]) if arguments else 10800)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
