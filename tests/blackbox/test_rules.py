"""Who may come, and where to: REP 02 of RFC 1928 section 6, and the rules of the options."""
import pytest

from namespaces import with_hosts
from socks5 import (HOST_UNREACHABLE, NOT_ALLOWED, REFUSED, SUCCEEDED, UDP_ASSOCIATE, UNSPECIFIED, Client, connect,
                    datagram, greeting, refusal)
from targets import UdpSocket, refusing

HOSTS = "127.0.0.1 localhost printer.corp.test corp.test other.test two.test\n127.0.0.9 two.test\n::1 six.test\n"

# What is denied, and what then must be refused (REP 02) or tried. Targets have the port of a target that refuses, so
# whatever is tried is REP 05.
ADDRESS_RULES = [
    ("127.0.0.0/8", ["127.0.0.1", "127.1.2.3", "0.0.0.0", "::ffff:127.0.0.1", "::ffff:0.0.0.0", "localhost",
                     b"127.0.0.1", b"0.0.0.0", b"::ffff:127.0.0.1", b"127.1", b"0x7f000001", b"LOCALHOST"], ["::1"]),
    ("127.0.0.1", ["127.0.0.1", "localhost", "0.0.0.0"], ["127.0.0.2", "::1"]),
    ("127.0.0.2/31", ["127.0.0.2", "127.0.0.3"], ["127.0.0.1", "127.0.0.4"]),
    ("127.0.0.0/31", ["127.0.0.1"], ["127.0.0.2"]),
    ("0.0.0.0/0", ["127.0.0.1", "::ffff:127.0.0.1", "0.0.0.0"], ["::1"]),
    ("0.0.0.0", ["0.0.0.0"], ["127.0.0.2"]),
    ("::", ["::"], ["127.0.0.1"]),
    ("::1", ["::1", "::", b"::1", b"0:0:0:0:0:0:0:1"], ["127.0.0.1"]),
    ("::/0", ["::1", "::"], ["127.0.0.1"]),
    ("[::1]", ["::1"], ["127.0.0.1"]),
    ("::ffff:127.0.0.0/104", ["127.0.0.1", "::ffff:127.0.0.1", "localhost"], ["::1"]),
    ("*", ["127.0.0.1", "::1", "localhost", "nope.invalid"], []),
]

NAME_RULES = [
    ("localhost", ["localhost", "LOCALHOST", "localhost."], ["127.0.0.1", "other.test"]),
    ("*.corp.test", ["printer.corp.test", "Printer.Corp.Test", "printer.corp.test."], ["corp.test", "other.test"]),
    ("corp.test", ["corp.test"], ["printer.corp.test"]),
    ("CORP.TEST.", ["corp.test"], ["printer.corp.test"]),
    ("*.test", ["corp.test", "two.test"], ["localhost"]),
    ("127.0.0.0/24", ["corp.test", "two.test"], ["six.test"]),
    ("::1", ["six.test"], ["other.test"]),
]


def check_rule(proxy, port, denied, tried):
    for host in denied:
        assert refusal(proxy, (host, port)) == NOT_ALLOWED, host
    for host in tried:
        assert refusal(proxy, (host, port)) == REFUSED, host


@pytest.mark.parametrize("rule, denied, tried", ADDRESS_RULES, ids=[rule for rule, _, _ in ADDRESS_RULES])
def test_denied_addresses(start_proxy, rule, denied, tried):
    """A rule holds for an address in all its spellings, and for a name that leads to it."""
    proxy = start_proxy("--deny-target", rule)
    with refusing("127.0.0.1") as (_, port):
        check_rule(proxy, port, denied, tried)
    assert "REP 02, connection not allowed by ruleset: " in proxy.wait_for_log("REP 02")


@pytest.mark.parametrize("rule, denied, tried", NAME_RULES, ids=[rule for rule, _, _ in NAME_RULES])
def test_denied_names(start_proxy, tmp_path, rule, denied, tried):
    """A rule for a name holds for that name; capitals and the last dot do not matter."""
    proxy = start_proxy("--deny-target", rule, wrapper=with_hosts(tmp_path, HOSTS))
    with refusing("127.0.0.1") as (_, port):
        check_rule(proxy, port, denied, tried)


def test_one_denied_address_of_a_name(start_proxy, tmp_path):
    """A name with one denied and one free address leads to the free one."""
    proxy = start_proxy("--deny-target", "127.0.0.1", wrapper=with_hosts(tmp_path, HOSTS))
    with refusing("127.0.0.9") as (_, port):
        assert refusal(proxy, ("two.test", port)) in (REFUSED, NOT_ALLOWED)
        assert refusal(proxy, ("other.test", port)) == NOT_ALLOWED


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_denied_ports(start_proxy, host):
    """:PORT and :FROM-TO, for addresses, names and everything."""
    with refusing() as (_, port):
        for rule, is_denied in [
                (f"127.0.0.0/8:{port}", True), (f"127.0.0.0/8:{port - 1}", False), (f"*:{port}-{port}", True),
                (f"127.0.0.1:{port - 5}-{port}", True), (f"127.0.0.1:{port}-{port + 5}", True),
                (f"127.0.0.1:1-{port - 1}", False), (f"*:{port + 1}-65535", False), ("*:0-65535", True),
                (f"localhost:{port}", host == "localhost"), (f"localhost:{port - 1}", False)]:
            proxy = start_proxy("--deny-target", rule)
            assert refusal(proxy, (host, port)) == (NOT_ALLOWED if is_denied else REFUSED), rule
            proxy.stop()


def test_denied_ipv6_port(start_proxy):
    """[ADDRESS]:PORT, [BLOCK]:PORT."""
    with refusing("::1") as (_, port), refusing("::1") as other:
        for rule in f"[::1]:{port}", f"[::/16]:{port}-{port}":
            proxy = start_proxy("--deny-target", rule)
            assert refusal(proxy, ("::1", port)) == NOT_ALLOWED
            assert refusal(proxy, other) == REFUSED
            proxy.stop()


def test_several_rules(start_proxy):
    """Each of them holds."""
    proxy = start_proxy("--deny-target", "127.0.0.2", "--deny-target=::1")
    with refusing() as (_, port):
        check_rule(proxy, port, ["127.0.0.2", "::1"], ["127.0.0.1"])


def test_denied_before_the_look_up(start_proxy):
    """A denied name is not asked for."""
    proxy = start_proxy("--deny-target", "*.invalid")
    assert refusal(proxy, ("nope.invalid", 80)) == NOT_ALLOWED
    assert refusal(proxy, ("nope.invalid.example.invalid", 80)) == NOT_ALLOWED
    assert refusal(proxy, ("a b", 80)) == HOST_UNREACHABLE


@pytest.mark.parametrize("rule", ["127.0.0.0/8", "127.0.0.1", "*:{port}"])
def test_denied_datagrams(start_proxy, rule):
    """Rules hold for UDP, where the datagram is dropped; the association lives on."""
    with UdpSocket() as denied, UdpSocket("::1") as allowed, UdpSocket() as ours:
        proxy = start_proxy("--deny-target", rule.format(port=denied.port))
        with Client(proxy) as client:
            reply = client.request(UDP_ASSOCIATE, UNSPECIFIED)
            assert reply.rep == SUCCEEDED
            for host in "127.0.0.1", "localhost", "0.0.0.0", "::ffff:127.0.0.1", b"127.0.0.1", b"127.1":
                ours.send(datagram(host, denied.port, b"denied"), reply.bnd)
            ours.send(datagram(*allowed.address, b"allowed"), reply.bnd)
            assert allowed.receive()[0] == b"allowed"
            denied.check_that_nothing_has_come()


def test_denied_port_of_a_known_name(start_proxy):
    """A name that datagrams went to on one port is no way around the rule for another."""
    with UdpSocket() as denied, UdpSocket() as allowed, UdpSocket() as ours:
        proxy = start_proxy("--deny-target", f"127.0.0.1:{denied.port}")
        with Client(proxy) as client:
            relay = client.request(UDP_ASSOCIATE, UNSPECIFIED).bnd
            for target, data in (allowed, b"1"), (denied, b"denied"), (allowed, b"2"):
                ours.send(datagram("localhost", target.port, data), relay)
            assert [allowed.receive()[0] for _ in range(2)] == [b"1", b"2"]
            denied.check_that_nothing_has_come()


def test_clients_that_are_not_allowed(start_proxy, listener):
    """--allow-client: whoever is in none of the blocks is closed without a word, and the log says who."""
    proxy = start_proxy("--allow-client", "127.0.0.2/32", "--allow-client", "192.0.2.0/24")
    with Client(proxy, source="127.0.0.3") as client:
        client.send(greeting(0))
        client.wait_until_closed()
    line = proxy.wait_for_log("client not allowed")
    assert " 127.0.0.3:" in line
    with connect(proxy, listener.address, source="127.0.0.2"):
        listener.accept().close()


def test_clients_of_a_wildcard_address(start_proxy):
    """A client that came by IPv4 to an IPv6 wildcard is an IPv4 client."""
    proxy = start_proxy("--allow-client", "127.0.0.2", listen=["[::]:0"])
    for address, is_allowed in ("127.0.0.2", True), ("127.0.0.1", False):
        proxy.addresses = [("127.0.0.1", proxy.address[1])]
        with Client(proxy, source=address) as client:
            client.send(greeting(0))
            if is_allowed:
                assert client.read(2) == b"\x05\x00"
            else:
                client.wait_until_closed()
