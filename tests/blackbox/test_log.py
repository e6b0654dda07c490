"""The log: a line on stdout for each client when it has left."""
import re
import subprocess

import pytest

from proxy import COROUTINES
from socks5 import BIND, CONNECT, UDP_ASSOCIATE, UNSPECIFIED, Client, connect, refusal
from targets import refusing
from waiting import Background

TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
SECONDS = r"\d+\.\d{3} s"


def test_parts_of_a_line(proxy, listener):
    """When, number, who, command, target, seconds, octets each way, why it ended."""
    with connect(proxy, ("localhost", listener.port)) as client, listener.accept() as target:
        client.send(b"12345")
        assert target.recv(5)
        target.sendall(b"123")
        assert client.read(3)
        host, port = client.socket.getsockname()
    line = proxy.wait_for_log("#1 ")
    assert re.fullmatch(rf"{TIME} #1 {host}:{port}, CONNECT localhost:{listener.port}, {SECONDS}, 5 octets up, "
                        r"3 octets down: done", line)


def test_numbers_count_the_clients(proxy):
    """The first is #1, and each line stands alone."""
    for _ in range(5):
        refusal(proxy, ("", 1))
    assert sorted(int(re.search(r"#(\d+) ", line).group(1)) for line in proxy.wait_for_lines(5)) == [1, 2, 3, 4, 5]


def test_commands_and_failures(proxy):
    """The line names the command and the target, and for a refusal the REP by its RFC phrase."""
    with refusing() as (host, port):
        refusal(proxy, (host, port))
    refusal(proxy, ("::1", 0), 9)
    with Client(proxy) as client:
        client.request(BIND, ("127.0.0.1", 7))
    with Client(proxy) as client:
        client.request(UDP_ASSOCIATE, UNSPECIFIED)
    for said in (f"CONNECT {host}:{port}, .*: REP 05, Connection refused", r"\[::1\]:0, .*: REP 07, .*command 0x09",
                 "BIND 127.0.0.1:7, .*: the client left while it waited for its peer",
                 "UDP ASSOCIATE 0.0.0.0:0, .*: done"):
        proxy.wait_for_log({"C": "REP 05", "\\": "REP 07", "B": "BIND", "U": "UDP"}[said[0]])
        assert [line for line in proxy.log() if re.search(said, line)], proxy.stdout()


def test_control_characters_cannot_forge_a_line(start_proxy):
    """Names of users and targets are shown with everything escaped that is not visible ASCII."""
    proxy = start_proxy("--user", "alice:secret")
    forged = "x\n2026-01-01 00:00:00 #9 192.0.2.1:1, user root, CONNECT a:1, 0.000 s, 0 octets up, 0 octets down: done"
    for name in forged, "\x1b[31m\r\t\0\x7f", b"\xff\xc3\xa9", "back\\slash", "a b":
        with Client(proxy) as client:
            client.greet(2)
            assert client.log_in(name, "wrong") == 1
            client.read_to_end()
    with Client(proxy) as client:
        client.greet(2)
        client.log_in("alice", "secret")
        client.command(CONNECT, (forged, 80))
        client.read_to_end()
    assert len(proxy.wait_for_lines(6)) == 6 and len(proxy.stdout().splitlines()) == 7
    assert all(" " <= c <= "~" or c == "\n" for c in proxy.stdout())
    for shown in (r"user x\x0a2026-01-01\x2000:00:00\x20#9", r"user \x1b[31m\x0d\x09\x00\x7f,", r"user \xff\xc3\xa9,",
                  r"user back\\slash,", r"user a\x20b,", r"CONNECT x\x0a2026-01-01\x20"):
        assert shown in proxy.stdout()


def test_passwords_are_not_shown(start_proxy):
    """Neither right nor wrong ones."""
    proxy = start_proxy("--user", "alice:Geheimnis")
    for password in "Geheimnis", "Rateversuch":
        with Client(proxy) as client:
            client.greet(2)
            client.log_in("alice", password)
    proxy.wait_for_lines(2)
    assert "Geheimnis" not in proxy.stdout() and "Rateversuch" not in proxy.stdout()


def test_quiet(start_proxy, listener):
    """--quiet: no line but the one that says where it listens."""
    proxy = start_proxy("--quiet")
    before = proxy.footprint()
    with connect(proxy, listener.address):
        listener.accept().close()
    refusal(proxy, ("", 1))
    proxy.wait_for_footprint(before)
    proxy.stop()
    assert proxy.stdout().splitlines() == [f"listening on {proxy.url}"]


@pytest.mark.skipif(not COROUTINES, reason="it waits for its reader")
def test_lines_that_nobody_reads(start_proxy):
    """One thread cannot wait for a reader, or all clients would. Lines are lost then; when he reads again, he is told
    how many."""
    proxy = start_proxy(stdout=subprocess.PIPE)
    output = proxy.process.stdout
    proxy.wait_for_addresses(lambda: output.readline().decode())
    clients = 1000  # their lines are more than a pipe holds
    for _ in range(clients):
        refusal(proxy, ("", 1))

    def read_all():
        """Every line, or its loss; the last client comes while we read."""
        shown = lost = 0
        while shown + lost < clients + 1:
            told = re.fullmatch(rb"lost, because nobody has read them: (\d+) lines\n", output.readline())
            lost += int(told.group(1)) if told else 0
            shown += 0 if told else 1
            if shown == 200 and not told:
                refusal(proxy, ("", 1))
        return shown, lost

    shown, lost = Background(read_all).result(10)
    assert shown + lost == clients + 1 and lost > 100
