"""--pcap: what the proxy records of itself, read by tshark and capinfos, which must find nothing wrong with it."""
import collections
import contextlib
import hashlib
import os
import re
import resource
import shutil
import socket
import subprocess
import threading
import time

import pytest

from health import check_that_it_serves
from proxy import NAME, run_program
from shark import ask
from socks5 import (BIND, CONNECT, REFUSED, SUCCEEDED, UDP_ASSOCIATE, Client, connect, datagram, greeting, login,
                    read_exactly, refusal, request, reset)
from targets import (Listener, Server, UdpSocket, echo, never_answering, receive_bulk, refusing, send_bulk, shout_back)
from waiting import Background, patience, wait_until

needs_tshark = pytest.mark.skipif(not shutil.which("tshark"), reason="no command tshark here")

BEGINS = f"{NAME}: recording to .*, with all passwords and data; for wireshark -r .*"
CLIENT, TARGET = "client side", "target side"


def ends(why):
    """What the proxy says when it can record no more."""
    return f"{NAME}: the recording to .* has ended: {why}"


class Recording:
    """A proxy that records, and what it has recorded."""

    def __init__(self, start_proxy, folder, *options, **how):
        self.path = folder / "recorded.pcapng"
        self.proxy = start_proxy("--pcap", str(self.path), *options, **how)
        self.proxy.harmless += [BEGINS]
        self.before = self.proxy.footprint()

    def rows(self, *fields, only="frame"):
        """The values of these fields, a list for each packet; after all clients have left and the proxy has stopped."""
        if self.proxy.running():
            self.proxy.wait_for_footprint(self.before)
            self.proxy.stop()
        named = [argument for field in fields for argument in ("-e", field)]
        return [line.split("|") for line in ask(
            "tshark", "-r", self.path, "-d", f"tcp.port=={self.proxy.address[1]},socks", "-Y", only, "-T", "fields",
            "-E", "separator=|", "-E", "occurrence=f", "-o", "tcp.desegment_tcp_streams:FALSE", *named).splitlines()]

    def packets(self, only="frame"):
        """Side, ports, flags and number of octets of each TCP segment."""
        return [(side, int(source), int(target), flags.strip("·"), int(length)) for side, source, target, flags, length
                in self.rows("frame.interface_name", "tcp.srcport", "tcp.dstport", "tcp.flags.str", "tcp.len",
                             only=f"tcp and {only}")]

    def streams(self):
        """All that went from one port to another."""
        sent = collections.defaultdict(bytearray)
        for source, target, payload in self.rows("tcp.srcport", "tcp.dstport", "tcp.payload", only="tcp.len > 0"):
            sent[int(source), int(target)] += bytes.fromhex(payload)
        return sent

    def check(self, resets=0):
        """Every checksum is right, nothing is missing or twice, and nothing breaks off but the resets that we made."""
        rules = [option for protocol in ("ip", "tcp", "udp") for option in ("-o", f"{protocol}.check_checksum:TRUE")]
        wrong = ask("tshark", "-r", self.path, *rules, "-Y", "tcp.analysis.flags or tcp.analysis.window_full or "
                    "ip.checksum.status == 0 or tcp.checksum.status == 0 or udp.checksum.status == 0")
        assert wrong == ""
        severe = ask("tshark", "-r", self.path, *rules, "-T", "fields", "-e", "_ws.expert.message", "-Y",
                     # Warnings and errors about checksums and sequences, not about what somebody takes the data for.
                     "_ws.expert.severity >= 0x00600000 and (_ws.expert.group == 0x01000000 or _ws.expert.group == 0x02000000)")
        assert severe.splitlines() == ["Connection reset (RST)"] * resets
        about = ask("capinfos", self.path)
        assert re.search(r"Strict time order: +True", about) and re.search(r"Capture application: +plainsocks", about)


@pytest.fixture
def recording(start_proxy, tmp_path):
    """A proxy without other options, and what it records."""
    return Recording(start_proxy, tmp_path)


def test_says_what_is_in_it(recording):
    """Passwords are; and others may not read it."""
    assert re.fullmatch(BEGINS + "\n", recording.proxy.stderr())
    assert recording.path.stat().st_mode & 0o777 == 0o600


@needs_tshark
def test_both_sides(start_proxy, tmp_path):
    """The true addresses, each event at its time, and in the right order; comments say whose connections these are."""
    recording = Recording(start_proxy, tmp_path, "--user", "alice:secret")
    began = time.time()
    with Server(echo) as server, Client(recording.proxy) as client:
        ours, port = client.socket.getsockname()[1], recording.proxy.address[1]
        client.send(greeting(2))
        client.read(2)
        client.send(login("alice", "secret"))
        client.read(2)
        client.send(request(CONNECT, *server.address))
        _, near = client.read_reply().bnd
        client.send(b"hello")
        assert client.read(5) == b"hello"
        client.half_close()
        assert client.read_to_end() == b""
    ended = time.time()
    there, back, onward, home = (ours, port), (port, ours), (near, server.port), (server.port, near)
    assert recording.packets("not tcp.flags == 0x010") == [  # all but the acknowledgements
        (CLIENT, *there, "S", 0), (CLIENT, *back, "A··S", 0),
        (CLIENT, *there, "AP", 3), (CLIENT, *back, "AP", 2),
        (CLIENT, *there, "AP", 14), (CLIENT, *back, "AP", 2),
        (CLIENT, *there, "AP", 10), (TARGET, *onward, "S", 0), (TARGET, *home, "A··S", 0), (CLIENT, *back, "AP", 10),
        (CLIENT, *there, "AP", 5), (TARGET, *onward, "AP", 5), (TARGET, *home, "AP", 5), (CLIENT, *back, "AP", 5),
        (CLIENT, *there, "A···F", 0), (TARGET, *onward, "A···F", 0),
        (TARGET, *home, "A···F", 0), (CLIENT, *back, "A···F", 0)]
    assert recording.rows("socks.username", "socks.password", only="socks.username") == [["alice", "secret"]]
    whose = f"#1 127.0.0.1:{ours}"
    assert recording.rows("frame.comment", only="frame.comment") == [
        [whose], [f"{whose}, user alice, CONNECT 127.0.0.1:{server.port}"]]
    times = [float(row[0]) for row in recording.rows("frame.time_epoch")]
    assert began <= times[0] and times[-1] <= ended
    recording.check()


@needs_tshark
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_streams_are_whole(start_proxy, tmp_path, host):
    """3 MB each way, at the same time, on three connections: each has in the file what was sent, by hash. On both sides."""
    recording = Recording(start_proxy, tmp_path, listen=[f"[{host}]:0" if ":" in host else f"{host}:0"])
    sent = {}  # from which port, to which: how many octets are ours, and their hash
    with Listener(host) as listener, contextlib.ExitStack() as closing:
        transfers = []
        for _ in range(3):
            client = closing.enter_context(connect(recording.proxy, listener.address)).socket
            target = closing.enter_context(listener.accept())
            for end, peer in ((client, target), (target, client)):
                ways = [(end.getsockname()[1], end.getpeername()[1]), (peer.getpeername()[1], peer.getsockname()[1])]
                size = 3_000_000 + len(transfers)
                transfers.append((ways, size, Background(send_bulk, end, size), Background(receive_bulk, peer)))
        message = request(CONNECT, *listener.address)
        for ways, size, sender, receiver in transfers:
            digest = sender.result()
            assert receiver.result() == digest
            sent |= dict.fromkeys(ways, (size, digest))
    streams = recording.streams()
    assert streams.keys() == sent.keys() and len(sent) == 12
    for way, (size, digest) in sent.items():
        assert hashlib.sha256(streams[way][-size:]).hexdigest() == digest  # before it are the messages of SOCKS
        assert len(streams[way]) - size in (0, len(greeting(0) + message), 2 + len(message))
    recording.check()


@needs_tshark
def test_octets_that_came_together(recording):
    """A segment holds what the system has delivered at once: messages that came together are not taken apart."""
    with Server(echo) as server, Client(recording.proxy) as client:
        client.send(greeting(0) + request(CONNECT, *server.address) + b"early")
        client.read(2)
        client.read_reply()
        assert client.read(5) == b"early"
        port = client.socket.getsockname()[1]
    sizes = [packet[4] for packet in recording.packets(f"tcp.srcport == {port} and tcp.len > 0")]
    assert sizes[0] == 3 + 10 + 5 or sum(sizes) == 18  # the system may have delivered them apart
    recording.check()


@needs_tshark
def test_refused(recording):
    """Our SYN and their RST, with our true port; the client gets its reply and an orderly end."""
    with refusing() as target:
        assert refusal(recording.proxy, target) == REFUSED
    (_, ours, to, flags, _), answer = recording.packets('frame.interface_name == "target side"')
    assert (to, flags) == (target[1], "S") and answer == (TARGET, target[1], ours, "A·R", 0) and ours > 0
    assert recording.packets("tcp.flags.reset == 1") == [answer]
    recording.check(resets=1)


@needs_tshark
def test_never_answered(start_proxy, tmp_path):
    """A SYN, and nothing."""
    recording = Recording(start_proxy, tmp_path, "--connect-timeout", "0.2")
    with never_answering() as target:
        refusal(recording.proxy, target)
    assert [packet[2:4] for packet in recording.packets('frame.interface_name == "target side"')] == [(target[1], "S")]
    recording.check()


def read_and_reset(connection):
    """Serve one connection: an octet comes, and a reset goes."""
    read_exactly(connection, 1)
    reset(connection)


@needs_tshark
def test_resets(recording):
    """A reset of the target is one, and so is the one that the proxy passes on. The same the other way round."""
    with Server(read_and_reset) as server, connect(recording.proxy, server.address) as client:
        client.send(b"x")
        client.wait_for_end()
    proxy_port = recording.proxy.address[1]
    with Server(receive_bulk) as other:
        client = connect(recording.proxy, other.address)
        port = client.socket.getsockname()[1]
        client.reset()
        recording.proxy.wait_for_log("#2 ")
    resets = [packet[:4] for packet in recording.packets("tcp.flags.reset == 1")]
    assert [packet[1] for packet in resets[:2]] == [server.port, proxy_port]
    assert resets[2] == (CLIENT, port, proxy_port, "A·R") and resets[3][2] == other.port
    recording.check(resets=4)


@needs_tshark
def test_bind(recording):
    """The peer's connection begins with its own SYN, on the target's side."""
    with Client(recording.proxy) as client:
        where = client.request(BIND, ("127.0.0.1", 0)).bnd
        with socket.create_connection(where) as peer:
            client.read_reply()
            peer.sendall(b"220 hello")
            assert client.read(9) == b"220 hello"
            theirs = peer.getsockname()[1]
    assert recording.packets(f"tcp.port == {where[1]}")[0] == (TARGET, theirs, where[1], "S", 0)
    assert recording.streams()[theirs, where[1]] == b"220 hello"
    recording.check()


@needs_tshark
def test_a_client_that_leaves_while_it_waits(recording):
    """Its end comes before the proxy's."""
    with Client(recording.proxy) as client:
        client.request(BIND, ("127.0.0.1", 0))
        port = client.socket.getsockname()[1]
    assert [packet[1] for packet in recording.packets("tcp.flags.fin == 1")] == [port, recording.proxy.address[1]]
    recording.check()


@needs_tshark
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_datagrams(recording, host):
    """Both legs, with the true addresses: ours towards the target too, though that socket listens on all."""
    with UdpSocket(host) as target, UdpSocket() as udp, Client(recording.proxy) as client:
        reply = client.request(UDP_ASSOCIATE, udp.address)
        assert reply.rep == SUCCEEDED
        udp.send(datagram(*target.address, b"question"), reply.bnd)
        _, relay = target.receive()
        target.send(b"answer", relay)
        assert udp.receive()[0] == datagram(*target.address, b"answer")
    version = "ipv6" if ":" in host else "ip"
    fields = "frame.interface_name", "udp.srcport", "udp.dstport", "udp.payload"
    header = datagram(*target.address, b"").hex()
    mine, inside, outside, theirs = (str(each[1]) for each in (udp.address, reply.bnd, relay, target.address))
    assert recording.rows(*fields, only="udp") == [
        [CLIENT, mine, inside, header + b"question".hex()], [TARGET, outside, theirs, b"question".hex()],
        [TARGET, theirs, outside, b"answer".hex()], [CLIENT, inside, mine, header + b"answer".hex()]]
    assert recording.rows(f"{version}.src", f"{version}.dst", only=f"udp.dstport == {theirs}") == [[host, host]]
    assert "UDP ASSOCIATE" in recording.rows("frame.comment", only="udp and frame.comment")[0][0]
    recording.check()


@needs_tshark
def test_many_at_once(recording):
    """A hundred connections, and each is told from the others."""
    with Server(shout_back) as server:
        for _ in range(4):
            clients = [connect(recording.proxy, server.address) for _ in range(25)]
            for number, client in enumerate(clients):
                client.send(b"number %d" % number)
                client.half_close()
            for number, client in enumerate(clients):
                assert client.read_to_end() == b"NUMBER %d" % number
                client.close()
    assert len(recording.packets("tcp.flags == 0x002")) == 200  # a SYN for each side of each
    recording.check()


@needs_tshark
def test_killed_at_any_moment(start_proxy, tmp_path):
    """Even in the middle of a write, the file ends with a whole packet."""
    for _ in range(8):
        recording = Recording(start_proxy, tmp_path)
        proxy = recording.proxy
        with Server(lambda connection: send_bulk(connection, 64 << 20)) as server:
            reader = Background(lambda: receive_bulk(connect(proxy, server.address).socket))
            wait_until("a megabyte in the file", lambda: recording.path.stat().st_size > 1 << 20)
            proxy.process.kill()
            proxy.process.wait()
            with contextlib.suppress(ConnectionError):
                reader.result()
        proxy.process.returncode = 0  # it shall not be blamed for this
        recording.check()


def test_a_full_disk(start_proxy):
    """Ends the recording with one line, and nothing else."""
    proxy = start_proxy("--pcap", "/dev/full")
    proxy.harmless += [BEGINS, ends("No space left on device")]
    for _ in range(3):
        check_that_it_serves(proxy)
    assert len(proxy.stderr().splitlines()) == 2


@needs_tshark
def test_a_file_that_may_not_grow(start_proxy, tmp_path):
    """What is in the file by then is whole."""
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    recording = Recording(start_proxy, tmp_path, preexec_fn=limit)
    recording.proxy.harmless += [ends("File too large")]
    with Server(receive_bulk) as server, connect(recording.proxy, server.address) as client:
        send_bulk(client.socket, 1_000_000)
        assert client.read_to_end() == b""
    check_that_it_serves(recording.proxy)
    recording.proxy.stop()
    assert 90_000 < recording.path.stat().st_size <= 100_000
    assert len(recording.packets()) > 50


def open_reader(path):
    """The reading end of a named pipe, as soon as somebody writes to it."""
    opened = []
    reader = threading.Thread(target=lambda: opened.append(os.open(path, os.O_RDONLY)), daemon=True)
    reader.start()
    return reader, opened


@pytest.mark.parametrize("leaves, why", [(True, "Broken pipe"), (False, "nobody reads it")])
def test_a_reader_that_stops(start_proxy, tmp_path, leaves, why):
    """Wireshark at the other end of a pipe leaves, or reads no more: the proxy goes on."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader, opened = open_reader(path)
    proxy = start_proxy("--pcap", str(path))
    proxy.harmless += [BEGINS, ends(why)]
    reader.join(patience(10))
    assert os.read(opened[0], 4) == b"\x0a\x0d\x0d\x0a"  # a section header begins with this
    if leaves:
        os.close(opened[0])
    with Server(receive_bulk) as server, connect(proxy, server.address) as client:
        send_bulk(client.socket, 32 << 20)
        assert client.read_to_end() == b""
    check_that_it_serves(proxy)
    wait_until("the last word about it", lambda: re.search(why, proxy.stderr()))
    if not leaves:
        os.close(opened[0])


@needs_tshark
def test_live(start_proxy, tmp_path):
    """tshark reads from a pipe while the proxy serves."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with subprocess.Popen(["tshark", "-l", "-i", path, "-c", "3"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True) as tshark:
        proxy = start_proxy("--pcap", str(path))
        proxy.harmless += [BEGINS, ends("Broken pipe")]
        with Client(proxy) as client:
            client.send(greeting(0))
            client.read(2)
            shown = Background(tshark.communicate).result(patience(30))[0].splitlines()
    assert "[SYN]" in shown[0] and "[SYN, ACK]" in shown[1] and "[ACK]" in shown[2]


@pytest.mark.parametrize("path, why", [("/no/such/folder/file", "No such file or directory"), ("/", "Is a directory")])
def test_cannot_be_written(path, why):
    """It does not start then."""
    done = run_program("--listen=127.0.0.1:0", "--pcap", path)
    assert done.returncode == 1 and done.stderr == f"{NAME}: cannot write --pcap {path}: {why}\n"
