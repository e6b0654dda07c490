"""A name server for a proxy in a network of its own. It answers what the test says, and that may be a lie."""
import contextlib
import ipaddress
import socket
import struct

from targets import UdpSocket
from waiting import Background

A, AAAA = 1, 28


class NameServer(UdpSocket):
    """Asks a function, answer(name), for the addresses of each question: IPv4 and IPv6 as text, good for 0 seconds.
    It is called once for each look-up, which is a question for A and one for AAAA."""

    def __init__(self, proxy, answer):
        super().__init__(port=53, make=proxy.socket)
        self.socket.settimeout(None)
        self._answer = answer
        self._pending = {}  # name: the answer to its other question
        self._loop = Background(self._run)

    def __exit__(self, *arguments):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self._loop.result()
        super().__exit__(*arguments)

    def _run(self):
        while True:
            question, sender = self.socket.recvfrom(512)
            if not question:
                return
            self.send(self._reply(question), sender)

    def _reply(self, question):
        """RFC 1035 section 4.1: the header, the question, and for each address a record that points to its name."""
        labels, at = [], 12
        while length := question[at]:
            labels.append(question[at + 1:at + 1 + length].decode())
            at += 1 + length
        name, kind = ".".join(labels), question[at + 2]
        addresses = self._pending.pop(name, None)
        if addresses is None:
            addresses = self._pending[name] = self._answer(name)
        packed = [ip.packed for ip in map(ipaddress.ip_address, addresses) if (A if ip.version == 4 else AAAA) == kind]
        header = question[:2] + struct.pack("!5H", 0x8180, 1, len(packed), 0, 0)
        records = b"".join(struct.pack("!3HIH", 0xC00C, kind, 1, 0, len(ip)) + ip for ip in packed)
        return header + question[12:at + 5] + records
