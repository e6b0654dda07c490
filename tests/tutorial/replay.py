"""Plays a capture again. What the clients and the targets said then, they say now; the proxy is today's, and must say what it
said then. Only hosts and ports are others: all targets are on the loopback's first address, on free ports, so that it takes
neither root nor names of our own."""
import contextlib
import ipaddress
import itertools
import socket

import pcap
from pcap import ACK, BEGIN, DOOR, END, RESET, TCP, UDP
from socks5 import reset
from targets import Listener, UdpSocket, refusing
from waiting import patience

TARGET = "127.0.0.2"  # where record.py has its targets, but for some on the ports below 1024
NAMES = ["www.example", "localhost"]  # what the clients call them


def place(host, port):
    """Host and port as they are in a message."""
    return ipaddress.ip_address(host).packed + port.to_bytes(2, "big")


def named(name, port):
    return bytes([len(name)]) + name.encode() + port.to_bytes(2, "big")


class Player:
    """`today` tells for each end of the capture which host and port it has now, as soon as that is known."""

    def __init__(self, proxy, path, at_the_end):
        self.frames, self.name = pcap.frames(path), path.name
        self.today = {DOOR: proxy.address, (TARGET, 0): ("127.0.0.1", 0)}
        self.at_the_end = at_the_end  # an ExitStack
        self.clients = pcap.clients(self.frames)
        self.sockets = {}  # of each end that we play: (this end, the proxy's end) of a connection, this end of a UDP socket
        self.listeners = {}
        for frame in self.frames:
            self.prepare(frame)

    def ours(self, end):
        """Not the proxy's."""
        return end in self.clients or end[0] == TARGET or end[1] < 1024

    def prepare(self, frame):
        """The sockets that have to be there before it is known who comes."""
        for end in frame.source, frame.target:
            if end in self.today or not self.ours(end) or (frame.protocol == TCP and end in self.clients):
                continue
            host = "::1" if ":" in end[0] else "127.0.0.1"
            if not self.is_there(end):
                self.today[end] = self.at_the_end.enter_context(refusing(host))
            elif frame.protocol == UDP:
                self.sockets[end] = self.at_the_end.enter_context(UdpSocket(host))
                self.today[end] = self.sockets[end].address
            elif frame.protocol == TCP and frame.flags & BEGIN and end == frame.target:
                self.listeners[end] = self.at_the_end.enter_context(Listener(host))
                self.today[end] = self.listeners[end].address

    def is_there(self, end):
        """Or is it where nobody listens? Then nothing comes from it but a reset, or ICMP."""
        return any(frame.source == end and not frame.flags & RESET for frame in self.frames)

    def translate(self, octets):
        """With the hosts and ports of today."""
        for (host, port), now in self.today.items():
            octets = octets.replace(place(host, port), place(*now))
            for name in NAMES if self.ours((host, port)) and port else []:
                octets = octets.replace(named(name, port), named("localhost", now[1]))
        return octets

    def play(self):
        """All of it. Frames in a row from one end of a connection to the other are one turn, because addresses may be cut."""
        def turn(numbered):
            number, frame = numbered
            return (frame.source, frame.target, frame.octets == b"") if frame.protocol == TCP else number
        said = [(number, frame) for number, frame in enumerate(self.frames, 1) if frame.octets or frame.flags & (BEGIN | END | RESET)]
        for _, group in itertools.groupby(said, turn):
            group = list(group)
            number, frame = group[0]
            try:
                self.act(frame, [frame.octets for _, frame in group], group[-1][1].flags)
            except OSError as error:
                raise AssertionError(f"{self.name}, frame {number}: {type(error).__name__}, {error}") from error
            except AssertionError as error:
                raise AssertionError(f"{self.name}, frame {number}: {error}") from None

    def act(self, frame, pieces, flags):
        if frame.protocol not in (TCP, UDP) or not self.is_there(frame.source if self.ours(frame.source) else frame.target):
            return
        if frame.protocol == UDP:
            self.datagram(frame)
        elif flags & BEGIN:
            self.connect(frame, flags)
        elif self.ours(frame.source):
            self.say(self.sockets[frame.source, frame.target], pieces, flags)
        else:
            self.hear(self.sockets[frame.target, frame.source], frame.target, b"".join(pieces), flags)

    def connect(self, frame, flags):
        if flags & ACK:
            return  # the answer to the beginning
        if self.ours(frame.target):
            connection = self.listeners[frame.target].accept()
            self.today[frame.source] = connection.getpeername()[:2]
            self.sockets[frame.target, frame.source] = connection
        else:
            connection = socket.create_connection(self.today[frame.target], patience(10))
            self.today[frame.source] = connection.getsockname()[:2]
            self.sockets[frame.source, frame.target] = connection
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.at_the_end.enter_context(connection)

    def say(self, connection, pieces, flags):
        now = self.translate(b"".join(pieces))
        for piece in pieces if now == b"".join(pieces) else cut(now, pieces):
            connection.sendall(piece)
        if flags & RESET:
            reset(connection)
        elif flags & END:
            connection.shutdown(socket.SHUT_WR)

    def hear(self, connection, who, then, flags):
        if then:
            came = b""
            while len(came) < len(then) and (more := connection.recv(len(then) - len(came))):
                came += more
            self.compare(then, came, who)
        if flags & RESET:
            with contextlib.suppress(ConnectionResetError):
                assert not (more := connection.recv(100)), f"the proxy goes on with {more.hex(' ')}, then it was a reset"
                raise AssertionError("the proxy ends the connection, then it was a reset")
        elif flags & END:
            more = connection.recv(100)
            assert not more, f"the proxy goes on with {more.hex(' ')}, then it was the end"

    def datagram(self, frame):
        if self.ours(frame.source):
            self.sockets[frame.source].send(self.translate(frame.octets), self.today[frame.target])
        else:
            came, self.today[frame.source] = self.sockets[frame.target].receive()
            self.compare(frame.octets, came, frame.target)

    def compare(self, then, came, who):
        """A port that the proxy names here for the first time may be any."""
        if who in self.clients and then[:3] == b"\5\0\0":  # a reply, and there may be data behind it
            size = 22 if then[3] == 4 else 10
            host, port = str(ipaddress.ip_address(then[4:size - 2])), int.from_bytes(then[size - 2:size], "big")
            self.today.setdefault((host, port), (host, int.from_bytes(came[size - 2:size], "big")))
        expected = self.translate(then)
        assert came == expected, (f"the proxy said {then.hex(' ')}\ntoday that would be {expected.hex(' ')}\nand it says      "
                                  f"   {came.hex(' ')}")


def cut(octets, pieces):
    """Into pieces as large as those, or not at all when a name has made them longer or shorter."""
    if len(octets) != sum(map(len, pieces)):
        return [octets]
    ends = list(itertools.accumulate(map(len, pieces)))
    return [octets[end - len(piece):end] for end, piece in zip(ends, pieces)]


def play(proxy, path):
    """Fails with the frame where today's proxy does something else."""
    with contextlib.ExitStack() as at_the_end:
        Player(proxy, path, at_the_end).play()
