"""Today's proxy says what it said in the captures, and has the same names for it as the pages."""
import functools
import ipaddress
import pathlib
import re
import socket
import tempfile

import pytest

import replay
from pages import TOP, blocks, name
from proxy import Proxy
from record import CAPTURES
from test_octets import frame_of, row
from waiting import wait_until

FOLDER = TOP / "wireshark" / "captures"
SCENES = {name: (options, clients) for name, options, clients, _ in CAPTURES}
FIELD = re.compile(r"#\d+     ((?:[0-9a-f]{2} )*[0-9a-f]{2}|\*\*\*)?\s+([A-Z.]+)(?: +(.*))?")


@functools.cache
def trace(scene):
    """Plays the capture, and returns what the proxy has printed."""
    if scene == "connect-ipv6" and not has_ipv6():
        pytest.skip("no IPv6 here")
    options, clients = SCENES[scene]
    with tempfile.TemporaryDirectory() as folder:
        proxy = Proxy(pathlib.Path(folder), "--trace", *options)
        try:
            replay.play(proxy, FOLDER / f"{scene}.pcap")
            wait_until(f"{clients} lines in the log", lambda: len(proxy.log()) == clients, 10)
        finally:
            proxy.stop()
        return proxy.stdout()


def has_ipv6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def test_each_capture_is_a_scene():
    """Of record.py, which knows with which options it is played."""
    assert {path.stem for path in FOLDER.glob("*.pcap")} == set(SCENES)


@pytest.mark.parametrize("scene", SCENES)
def test_says_the_same(scene):
    """Octet for octet, and ends its connections in the same way; but for ports."""
    assert trace(scene)


def fields(scene, way):
    """What the proxy has shown of the messages that went this way: octets, or None, a name, and what it says."""
    found, wanted = [], False
    for line in trace(scene).splitlines():
        if "->" in line:
            wanted = way in line
        elif wanted and (match := FIELD.fullmatch(line)):
            octets = match.group(1)
            found.append((None if octets in (None, "***") else bytes.fromhex(octets), match.group(2), match.group(3) or ""))
    return found


@pytest.mark.parametrize("block", blocks("hex"), ids=name)
def test_fields(block):
    """Where a field ends, and its name in the RFC, is what the classes of src/socks5 say, too."""
    if block.target.parent != FOLDER:
        pytest.skip(f"{block.target.name} is of a server that is wrong on purpose")
    wanted = []
    for number, text in enumerate(block.lines, block.line + 1):
        octets, field, meaning = row(text, f"{block.where}: line {number}")
        if wanted and wanted[-1][2] == field:  # a field in two lines
            wanted[-1] = (wanted[-1][0], wanted[-1][1] + octets, field, meaning)
        elif field.isupper():  # otherwise it is no name of the RFC: the data, for example
            wanted.append((number, octets, field, meaning))
        assert field.isupper() or field.islower(), f"{block.where}: line {number}: {field!r} is no name of the RFC, and no word"
    assert wanted, f"{block.where}: no row has the name of a field"
    shown = fields(block.target.stem, frame_of(block)[2].replace("→", "->"))
    starts = [shown[at:at + len(wanted)] for at in range(len(shown) - len(wanted) + 1)]
    best = max(starts, default=[], key=lambda start: agreement(wanted, start))
    at = agreement(wanted, best)
    if at < len(wanted):
        number, octets, *words = wanted[at]
        pytest.fail(f"{block.where}: line {number} is {octets.hex(' ')} {' '.join(words)}; plainsocks --trace shows there "
                    f"{best[at] if best else 'nothing'}. Correct the line: its octets, the name, or what stands behind it.")


def agreement(wanted, shown):
    """How many of the fields, from the first, are the same."""
    for count, ((_, octets, field, meaning), (there, called, said)) in enumerate(zip(wanted, shown)):
        if field != called or not same(field, octets, there) or not fits(field, octets, meaning, said):
            return count
    return min(len(wanted), len(shown))


def same(field, octets, there):
    """Hosts and ports are others when a capture is played again. How long they are, they say themselves."""
    if field.endswith(".PORT"):
        return len(octets) == 2
    if field.endswith(".ADDR"):
        return len(octets) in (4, 16, 1 + octets[0])
    return there in (None, octets)


def fits(field, octets, meaning, said):
    """What stands behind the name, if anything does: what the proxy says today, or what the octets say where they differ."""
    if field.endswith(".PORT"):
        said = str(int.from_bytes(octets, "big"))
    elif field.endswith(".ADDR"):
        said = str(ipaddress.ip_address(octets)) if len(octets) in (4, 16) else octets[1:].decode()
        meaning = re.sub(rf"^{octets[0]} octets?: ", "", meaning)
    elif said.startswith("***"):  # the proxy does not show it
        said = f"{octets[0]} octets of password" if len(octets) == 1 else octets.decode()
    return field == "DATA" or meaning in ("", said.strip('"'))
