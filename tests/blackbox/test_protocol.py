"""Messages, whole and in pieces, right and wrong: RFC 1928 sections 3, 4 and 6."""
import re

import pytest

from socks5 import (ADDRESS_TYPE_NOT_SUPPORTED, COMMAND_NOT_SUPPORTED, CONNECT, HOST_UNREACHABLE, NO_ACCEPTABLE,
                    NO_AUTHENTICATION, SUCCEEDED, USERNAME_PASSWORD, Client, error_reply, greeting, read_exactly,
                    refusal, request)
from waiting import patience

HELLO = greeting(NO_AUTHENTICATION)


def test_whole_messages(proxy, listener):
    """Each message in a segment of its own, the answers octet for octet."""
    with Client(proxy) as client:
        client.send(HELLO)
        assert client.read(2) == b"\x05\x00"
        client.send(request(CONNECT, *listener.address))
        with listener.accept() as target:
            host, port = target.getpeername()
            assert client.read(10) == b"\x05\x00\x00\x01\x7f\x00\x00\x01" + port.to_bytes(2, "big")
            assert host == "127.0.0.1"


def test_one_octet_at_a_time(proxy, listener):
    """A message is no segment: octets may come one by one."""
    with Client(proxy) as client:
        client.dribble(HELLO)
        assert client.read(2) == b"\x05\x00"
        client.dribble(request(CONNECT, "localhost", listener.port))
        with listener.accept() as target:
            assert client.read_reply().rep == SUCCEEDED
            client.dribble(b"data")
            assert read_exactly(target, 4) == b"data"


def test_all_in_one_segment(proxy, listener):
    """Greeting, request and first data may come together, before any answer. Nothing is lost, and in order."""
    with Client(proxy) as client:
        client.send(HELLO + request(CONNECT, *listener.address) + b"first data")
        with listener.accept() as target:
            assert read_exactly(target, 10) == b"first data"
            assert client.read(2) == b"\x05\x00"
            assert client.read_reply().rep == SUCCEEDED
            client.send(b", more")
            assert read_exactly(target, 6) == b", more"


@pytest.mark.parametrize("octets, guess", [
    (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "version 0x47, expected 0x05; an HTTP client?"),
    (b"CONNECT a:80 HTTP/1.1\r\n\r\n", "version 0x43, expected 0x05; an HTTP client?"),
    (b"\x04\x01\x00\x50\x7f\x00\x00\x01me\x00", "version 0x04, expected 0x05; a SOCKS4 client?"),
    (b"\x16\x03\x01\x02\x00\x01", "version 0x16, expected 0x05; a TLS client?"),
    (b"\x00\x00", "version 0x00, expected 0x05"),
    (b"\xff\xff", "version 0xff, expected 0x05"),
])
def test_wrong_version(proxy, octets, guess):
    """No answer is defined for another version than 5: the proxy closes, and the log says what came."""
    with Client(proxy) as client:
        client.send(octets)
        client.wait_until_closed()
    assert proxy.wait_for_log("greeting: ").endswith(f"greeting: {guess}")


def test_wrong_version_in_the_request(proxy):
    """Each message has its version."""
    with Client(proxy) as client:
        client.greet()
        client.send(b"\x04" + request(CONNECT, "127.0.0.1", 9)[1:])
        client.wait_until_closed()
    assert proxy.wait_for_log("request: ").endswith("request: version 0x04, expected 0x05")


@pytest.mark.parametrize("methods", [(), (1,), (2,), (1, 2), (0x80,), (0xFF,), tuple(range(1, 256))],
                         ids=lambda methods: f"{len(methods)} methods")
def test_no_acceptable_method(proxy, methods):
    """Section 3: 05 FF when the one method that will do is not offered, also when none is; then the proxy closes."""
    with Client(proxy) as client:
        client.send(greeting(*methods))
        assert client.read_to_end() == bytes([5, NO_ACCEPTABLE])
    proxy.wait_for_log(": no acceptable methods")


@pytest.mark.parametrize("methods", [(0, 1, 2), (2, 1, 0), (0, 0), tuple(range(1, 255)) + (0,), tuple(range(255))])
def test_acceptable_method(proxy, methods):
    """Method 00 is selected wherever in the list it stands."""
    with Client(proxy) as client:
        assert client.greet(*methods) == NO_AUTHENTICATION


@pytest.mark.parametrize("cmd", [0, 4, 0x80, 0xF0, 0xFF])
def test_unknown_command(proxy, cmd):
    """Section 6: REP 07, once the whole request has been read."""
    with Client(proxy) as client:
        client.greet()
        whole = request(cmd, "www.example.com", 80)
        client.send(whole[:-1])
        client.socket.settimeout(0.2)
        with pytest.raises(TimeoutError):
            client.read(1)
        client.socket.settimeout(patience(30))
        client.send(whole[-1:])
        assert client.read_to_end() == error_reply(COMMAND_NOT_SUPPORTED)


@pytest.mark.parametrize("cmd", [CONNECT, 2, 3, 0, 9])
@pytest.mark.parametrize("atyp", [0, 2, 5, 0xFF])
def test_unknown_address_type(proxy, cmd, atyp):
    """Section 6: REP 08 at once, for nobody knows how long such an address is; also when CMD is unknown, too."""
    with Client(proxy) as client:
        client.greet()
        client.send(bytes([5, cmd, 0, atyp]))
        assert client.read_to_end() == error_reply(ADDRESS_TYPE_NOT_SUPPORTED)


@pytest.mark.parametrize("rsv", [1, 0x80, 0xFF])
def test_reserved_octet_is_ignored(proxy, listener, rsv):
    """RSV should be 0; the proxy is liberal in what it accepts."""
    with Client(proxy) as client:
        client.greet()
        client.send(request(CONNECT, *listener.address, rsv=rsv))
        assert client.read_reply().rep == SUCCEEDED


@pytest.mark.parametrize("name", [
    b"", b"\0", b"localhost\0", b"localhost\0.example.com", b" ", b" localhost", b"localhost ", b"local host",
    b"localhost\t", b"localhost\n", b"localhost\r", b"local\x1bhost", b"localhost\x7f", b"localhost\x80", b"\xff",
    b"b\xc3\xbccher.example", b"a" * 254, b"a" * 255, b"a." * 127, b"\xff" * 255])
def test_impossible_names(proxy, name):
    """What cannot be a name is REP 04, without a look-up; and a zero octet does not end a name."""
    assert refusal(proxy, (name, 80)) == HOST_UNREACHABLE
    assert re.search(r"REP 04, Host unreachable: not a name$", proxy.wait_for_log("REP 04"))


@pytest.mark.parametrize("length", [252, 253])
def test_longest_names(proxy, length):
    """A name of 253 octets is a name, and this one does not exist."""
    name = ".".join(["a" * 50] * 5)[:length - len(".invalid")].rstrip(".") + ".invalid"
    name = "b" * (length - len(name)) + name
    assert refusal(proxy, (name, 80)) == HOST_UNREACHABLE
    assert "not a name" not in proxy.wait_for_log("REP 04")


@pytest.mark.parametrize("wrong, rep", [
    (request(9, "127.0.0.1", 80), COMMAND_NOT_SUPPORTED),
    (bytes([5, 1, 0, 9]), ADDRESS_TYPE_NOT_SUPPORTED),
    (request(CONNECT, "", 80), HOST_UNREACHABLE),
])
def test_a_pipelining_client_reads_the_refusal(proxy, wrong, rep):
    """Data behind a request that is refused must not make a reset of the close: the reply would be lost."""
    for _ in range(20):
        with Client(proxy) as client:
            client.send(HELLO + wrong + b"x" * 100_000)
            assert client.read_to_end() == b"\x05\x00" + error_reply(rep)


def test_a_pipelining_client_reads_that_no_method_will_do(proxy):
    """The same for 05 FF."""
    for _ in range(20):
        with Client(proxy) as client:
            client.send(greeting(USERNAME_PASSWORD) + b"x" * 100_000)
            assert client.read_to_end() == b"\x05\xff"


def test_a_refused_client_that_stays_is_left(proxy):
    """Section 6: after a failure the proxy closes soon, and does not wait for ever for the client to do so."""
    before = proxy.footprint()
    with Client(proxy) as client:
        client.send(greeting())
        assert client.read_to_end() == b"\x05\xff"
        proxy.wait_for_log("no acceptable methods", 10)
        proxy.wait_for_footprint(before)
