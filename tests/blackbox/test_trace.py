"""--trace: every message, its octets beside the names of RFC 1928."""
import os
import pty
import re
import select

import pytest

from socks5 import (CONNECT, UDP_ASSOCIATE, UNSPECIFIED, Client, as_octets, connect, datagram, greeting, login,
                    read_exactly)
from targets import UdpSocket
from waiting import wait_until

LOGIN = """\
#1 client -> proxy  greeting
#1     05     VER       SOCKS version 5
#1     02     NMETHODS  2 methods
#1     00 02  METHODS   no authentication required, username/password
#1 proxy -> client  method selection
#1     05  VER       SOCKS version 5
#1     02  METHOD    username/password
#1 client -> proxy  login
#1     01              VER       version of the subnegotiation
#1     05              ULEN      5 octets of name
#1     61 6c 69 63 65  UNAME     "alice"
#1     ***             PLEN      *** (length of the password)
#1     ***             PASSWD    *** (the password)
#1 proxy -> client  login status
#1     01  VER       version of the subnegotiation
#1     00  STATUS    success
"""

CONNECT_BY_NAME = """\
#1 client -> proxy  request
#1     05                             VER       SOCKS version 5
#1     01                             CMD       CONNECT
#1     00                             RSV       reserved
#1     03                             ATYP      domain name
#1     09 6c 6f 63 61 6c 68 6f 73 74  DST.ADDR  9 octets: localhost
#1     {target:X}                          DST.PORT  {target}
#1 proxy -> client  reply
#1     05           VER       SOCKS version 5
#1     00           REP       succeeded
#1     00           RSV       reserved
#1     01           ATYP      IPv4 address
#1     7f 00 00 01  BND.ADDR  127.0.0.1
#1     {bound:X}        BND.PORT  {bound}
"""

ASSOCIATION = """\
#1 client -> proxy  greeting
#1     05  VER       SOCKS version 5
#1     01  NMETHODS  1 method
#1     00  METHODS   no authentication required
#1 proxy -> client  method selection
#1     05  VER       SOCKS version 5
#1     00  METHOD    no authentication required
#1 client -> proxy  request
#1     05           VER       SOCKS version 5
#1     03           CMD       UDP ASSOCIATE
#1     00           RSV       reserved
#1     01           ATYP      IPv4 address
#1     00 00 00 00  DST.ADDR  0.0.0.0
#1     00 00        DST.PORT  0
#1 proxy -> client  reply
#1     05           VER       SOCKS version 5
#1     00           REP       succeeded
#1     00           RSV       reserved
#1     01           ATYP      IPv4 address
#1     7f 00 00 01  BND.ADDR  127.0.0.1
#1     {bound:X}        BND.PORT  {bound}
#1 client -> proxy  datagram
#1     00 00                          RSV       reserved
#1     02                             FRAG      a fragment
#1     03                             ATYP      domain name
#1     09 6c 6f 63 61 6c 68 6f 73 74  DST.ADDR  9 octets: localhost
#1     {target:X}                          DST.PORT  {target}
#1                                    DATA      8 octets
#1 client -> proxy  datagram
#1     00 00        RSV       reserved
#1     00           FRAG      not a fragment
#1     01           ATYP      IPv4 address
#1     7f 00 00 01  DST.ADDR  127.0.0.1
#1     {target:X}        DST.PORT  {target}
#1                  DATA      5 octets
#1 proxy -> client  datagram
#1     00 00        RSV       reserved
#1     00           FRAG      not a fragment
#1     01           ATYP      IPv4 address
#1     7f 00 00 01  DST.ADDR  127.0.0.1
#1     {target:X}        DST.PORT  {target}
#1                  DATA      2 octets
"""


class Port(int):
    """A port; with {:X} its two octets in hex."""

    def __format__(self, how):
        return self.to_bytes(2, "big").hex(" ") if how == "X" else str(int(self))


def traced(proxy, number=1):
    """The lines of the trace of one client, once the client has left."""
    proxy.wait_for_log(f"#{number} ")
    return "".join(line + "\n" for line in proxy.stdout().splitlines() if line.startswith(f"#{number} "))


def read_what_comes(client):
    """Until the proxy closes, in whatever way."""
    try:
        client.read_to_end()
    except ConnectionResetError:
        pass


def test_connect_with_login(start_proxy, listener):
    """Octet by octet what is on the wire, and what it means; a password is shown in no form."""
    proxy = start_proxy("--trace", "--user", "alice:secret")
    with Client(proxy) as client:
        client.greet(0, 2)
        client.log_in("alice", "secret")
        bound = client.command(CONNECT, ("localhost", listener.port)).bnd[1]
        with listener.accept() as target:
            client.send(b"data are not shown")
            read_exactly(target, 18)
    assert traced(proxy) == LOGIN + CONNECT_BY_NAME.format(target=Port(listener.port), bound=Port(bound))
    assert "data are" not in proxy.stdout()


def test_association(start_proxy, udp_target):
    """The header of each datagram is shown, also of a fragment, which is dropped."""
    proxy = start_proxy("--trace")
    with Client(proxy) as client, UdpSocket() as ours:
        relay = client.request(UDP_ASSOCIATE, UNSPECIFIED).bnd
        ours.send(datagram("localhost", udp_target.port, b"fragment", frag=2), relay)
        ours.send(datagram(*udp_target.address, b"hello"), relay)
        octets, sender = udp_target.receive()
        udp_target.send(b"hi", sender)
        ours.receive()
    assert traced(proxy) == ASSOCIATION.format(target=Port(udp_target.port), bound=Port(relay[1]))


def test_passwords_are_not_shown(start_proxy):
    """Neither a right nor a wrong nor a broken-off password, as text or in hex; nor how long it is."""
    secret = "Geheimnis-0123456789-abcdefghijkl"
    proxy = start_proxy("--trace", "--user", f"alice:{secret}")
    whole = greeting(2) + login("alice", secret)
    for number, sent in enumerate([whole, whole[:-1], whole[:-10], whole[:-len(secret)],
                                   greeting(2) + login("alice", secret[::-1]), greeting(2) + b"\2" + whole[4:]], 1):
        with Client(proxy) as client:
            client.send(sent)
            client.half_close()
            read_what_comes(client)
        traced(proxy, number)
    shown = proxy.stdout()
    for hidden in secret, secret[::-1]:
        for n in range(0, len(hidden) - 4, 4):
            assert hidden[n:n + 4] not in shown
            assert as_octets(hidden[n:n + 4]).hex(" ") not in shown
    assert not re.search(rf"^#\d     (.. )*{len(secret):02x} ", shown, re.M), "the length of the password"


def test_what_is_wrong_is_shown(start_proxy):
    """The octets that came, and what is wrong with them."""
    proxy = start_proxy("--trace")
    for number, (sent, shown) in enumerate([
            (b"GE", r"#1     47 45  \?         version 0x47, expected 0x05; an HTTP client\?"),
            (b"\x05\x03", r"#2     05 03  \?         "),
            (greeting(0) + b"\x05\x01\x07\x01\x7f\x00\x00\x01\x00\x09",
             "#3     07           RSV       reserved, should be 00"),
            (greeting(0) + b"\x05\x07\x00\x01\x7f\x00\x00\x01\x00\x09",
             "#4     07           CMD       unknown command"),
            (greeting(0) + b"\x05\x01\x00\x09", "#5     09  ATYP      unknown address type")], 1):
        with Client(proxy) as client:
            client.send(sent)
            client.half_close()
            read_what_comes(client)
        assert re.search(shown, traced(proxy, number)), proxy.stdout()


def test_every_line_has_its_client(start_proxy, listener):
    """The number of the connection stands in front of each line, and messages of several clients do not mix."""
    proxy = start_proxy("--trace")
    clients = [connect(proxy, listener.address) for _ in range(20)]
    for client in clients:
        client.close()
        listener.accept().close()
    for number in range(1, 21):
        lines = traced(proxy, number).splitlines()
        assert len(lines) == 4 + 3 + 7 + 7
    for message in re.findall(r"^#(\d+) (?:client|proxy) ->.*\n((?:#\d+     .*\n)+)", proxy.stdout(), re.M):
        assert set(re.findall(r"^#(\d+) ", message[1], re.M)) == {message[0]}


def test_names_are_escaped(start_proxy):
    """Nothing that a client sends reaches the terminal as a control character."""
    proxy = start_proxy("--trace", "--user", "alice:secret")
    with Client(proxy) as client:
        client.greet(2)
        client.log_in("\x1b]0;x\x07\n#1", "x")
        client.read_to_end()
    assert r'UNAME     "\x1b]0;x\x07\x0a#1"' in traced(proxy)
    assert "\x1b" not in proxy.stdout()


def test_colour_on_a_terminal_only(start_proxy):
    """On a terminal the trace has colours; in a file it has none."""
    try:
        ours, theirs = pty.openpty()
    except OSError as error:
        pytest.skip(f"no terminal to be had: {error}")
    proxy = start_proxy("--trace", stdout=theirs)
    os.close(theirs)
    shown = bytearray()

    def text():
        if select.select([ours], [], [], 0)[0]:
            shown.extend(os.read(ours, 4096))
        return shown.decode().replace("\r", "")
    proxy.wait_for_addresses(text)
    with Client(proxy) as client:
        client.greet()
    wait_until("the trace on the terminal", lambda: "METHOD " in text() and "#1 127" in text())
    assert "\033[36mMETHOD  \033[0m" in shown.decode() and "\033[1mclient -> proxy" in shown.decode()
    os.close(ours)

    plain = start_proxy("--trace")
    with Client(plain) as client:
        client.greet()
    assert "METHOD " in traced(plain) and "\033" not in plain.stdout()
