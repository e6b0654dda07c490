"""The Wireshark profiles, and the captures that show what they show. By tshark, which reads the same files.

Each filter is tried by itself, and each rule and each column must show something.
"""
import pathlib
import re
import shutil
import subprocess

import pytest

from namespaces import unshared
from shark import ask
from waiting import patience

pytestmark = pytest.mark.skipif(not shutil.which("tshark"), reason="no command tshark here")

TOP = pathlib.Path(__file__).parents[2]
WIRESHARK = TOP / "wireshark"
PROFILES = sorted(path.name for path in (WIRESHARK / "profiles").iterdir())
SAMPLES = sorted((WIRESHARK / "captures").glob("*.pcap"))
HIDDEN = ["gui.geometry", "gui.fileopen", "recent.", "/home", "/root", "/tmp", "\\Users"]  # what no profile may tell


def tshark(*arguments, profile="SOCKS5 handshake"):
    """The lines that it prints. It must not complain."""
    command = ["tshark", *map(str, arguments)]
    if "-G" not in command:  # which must be the first, and is not about profiles
        command[1:1] = ["-C", profile]
    return ask(*command, WIRESHARK_CONFIG_DIR=str(WIRESHARK)).splitlines()


def rows(capture, fields, only="frame", profile="SOCKS5 handshake"):
    """The values of these fields, a list for each frame. Several of one field have commas between them."""
    named = [argument for field in fields for argument in ("-e", field)]
    return [line.split("|") for line in tshark("-r", capture, "-Y", only, "-T", "fields", "-E", "separator=|", *named,
                                               profile=profile)]


def lines(profile, file):
    """The lines of a file of a profile, without comments."""
    text = (WIRESHARK / "profiles" / profile / file).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


FORMS = {"dfilters": r'"([^"]+)" (.+)', "cfilters": r'"([^"]+)" (.+)',
         "dfilter_buttons": r'"TRUE","([^"]+)","([^"]+)","[^"]+"',
         "colorfilters": r"@([^@]+)@([^@]+)@\[\d+,\d+,\d+\]\[\d+,\d+,\d+\]"}


def filters(profile, file):
    """Name and text of each filter. A line of any other form is an error; Wireshark would leave it out silently."""
    matches = [(line, re.fullmatch(FORMS[file], line)) for line in lines(profile, file)]
    assert matches and all(match for _, match in matches), [line for line, match in matches if not match]
    return [match.groups() for _, match in matches]


def columns(profile):
    """The title and the format of each column."""
    text = (WIRESHARK / "profiles" / profile / "preferences").read_text(encoding="utf-8")
    wanted = re.search(r"^gui\.column\.format:((\n\t.*)+)", text, re.MULTILINE).group(1)
    return re.findall(r'"([^"]+)", "([^"]+)"', wanted)


@pytest.fixture(scope="session")
def everything(tmp_path_factory):
    """All samples in one file, one after the other."""
    path = tmp_path_factory.mktemp("all") / "all.pcap"
    subprocess.run(["mergecap", "-a", "-F", "pcap", "-w", path, *SAMPLES], check=True, timeout=patience(60))
    return path


@pytest.fixture(scope="session")
def capturing():
    """A function that runs dumpcap for the loopback of another network; or the test is skipped where nobody may."""
    wrapper = unshared("ip link set lo up", "--net", "--mount")

    def run(*options):
        return subprocess.run([*wrapper, "dumpcap", "-i", "lo", *options], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=patience(20), check=False)
    trial = run("-L")
    if trial.returncode != 0:
        pytest.skip(f"no capturing here: {trial.stderr.strip()}")
    return run


def test_names():
    """The page tells of each profile and of each capture, and each capture is looked at here."""
    assert PROFILES == ["SOCKS5 UDP relay", "SOCKS5 both sides", "SOCKS5 bytes", "SOCKS5 handshake"]
    page = (WIRESHARK / "README.md").read_text(encoding="utf-8")
    assert not [name for name in [*PROFILES, *(path.name for path in SAMPLES)] if name not in page]
    assert {path.stem for path in SAMPLES} == set(EXPECTED)


@pytest.mark.parametrize("profile", PROFILES)
def test_loads(profile):
    """Without a word on stderr; also the colour rules, which are read only when colours are wanted."""
    assert tshark("--color", "-r", SAMPLES[0], profile=profile)


@pytest.mark.parametrize("profile", PROFILES)
def test_private(profile):
    """Nothing of whoever made it: no paths, no places of windows."""
    for path in (WIRESHARK / "profiles" / profile).iterdir():
        text = path.read_text(encoding="utf-8")
        assert not [word for word in HIDDEN if word in text], path


@pytest.mark.parametrize("profile", PROFILES)
def test_filters(profile, everything):
    """Each compiles, and finds something."""
    wanted = {text for file in ("dfilters", "dfilter_buttons", "colorfilters") for _, text in filters(profile, file)}
    for text in sorted(wanted):
        assert tshark("-r", everything, "-Y", text, profile=profile), f"{text} finds nothing"


@pytest.mark.parametrize("profile", PROFILES)
def test_buttons(profile):
    """They are also in the menu of filters, under the same names."""
    assert filters(profile, "dfilter_buttons") == filters(profile, "dfilters")


@pytest.mark.parametrize("profile", PROFILES)
def test_capture_filters(profile, capturing):
    """Each compiles; dumpcap -d shows the result, and no error by its exit code."""
    for _, text in filters(profile, "cfilters"):
        done = capturing("-d", "-f", text)
        assert done.returncode == 0 and "(000)" in done.stdout, f"{text}: {done.stderr}"


@pytest.mark.parametrize("profile", PROFILES)
def test_colours(profile, everything):
    """Each rule is the first that fits some frame."""
    used = tshark("--color", "-r", everything, "-T", "fields", "-e", "frame.coloring_rule.name", profile=profile)
    names = [name for name, _ in filters(profile, "colorfilters")]
    assert not [name for name in names if name not in used]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("profile", PROFILES)
def test_columns(profile, everything):
    """Each field exists and is somewhere in the captures; each column has a width."""
    known = {line.split("\t")[2] for line in tshark("-G", "fields") if line.startswith("F\t")}
    shown = columns(profile)
    assert len(shown) > 5
    for title, form in shown:
        if custom := re.fullmatch(r"%Cus:(.+):0:[RU]", form):
            fields = custom.group(1).split(" or ")
            assert not [field for field in fields if field not in known], f"{title}: no such field"
            for field in fields:
                assert any(rows(everything, [field], field, profile)), f"{title}: {field} is nowhere"
    widths = [line.strip().rsplit(", ", 1)[0].strip('"') for line in lines(profile, "recent")[1:]]
    assert widths == [form.rsplit(":", 2)[0] if form.startswith("%Cus") else form for _, form in shown]


@pytest.mark.parametrize("profile", PROFILES)
def test_column_values(profile, everything):
    """What tshark prints in the columns, cell by cell: none is empty in all frames."""
    packets = tshark("-r", everything, "-T", "tabs", profile=profile)
    filled = {at for packet in packets for at, cell in enumerate(packet.split("\t")) if cell.strip()}
    assert not [title for at, (title, _) in enumerate(columns(profile)) if at not in filled]


# What the captures show: a line for each frame that is part of a handshake, or UDP, or ICMP. Ports that differ from one
# recording to the next are stars.
SHOWN = {"socks.auth_method": "offers", "socks.auth_accepted_method": "takes", "socks.username": "name",
         "socks.password": "password", "socks.auth_status": "status", "socks.command": "CMD", "socks.results": "REP",
         "socks.fragment_number": "FRAG", "socks.remote_name": "", "socks.dst": "", "socks.dstV6": "", "socks.port": "",
         "socks.dstport": "", "socks.remote_host_port": "", "dns.qry.name": "question", "dns.a": "answer",
         "icmp.code": "ICMP"}
HANDSHAKE = dict(filters("SOCKS5 handshake", "dfilters"))["Handshake"]
LOGIN = ["offers 0,1,2", "takes 2"]
EXPECTED = {
    "connect-ipv4": ["offers 0,1", "takes 0", "CMD 1 127.0.0.2 80", "REP 0 127.0.0.1 *"],
    "connect-ipv6": ["offers 0,1", "takes 0", "CMD 1 ::1 80", "REP 0 ::1 *"],
    "connect-name": ["offers 0,1", "takes 0", "CMD 1 www.example 80", "REP 0 127.0.0.1 *"],
    "login-accepted": [*LOGIN, "name alice password secret", "status 0", "CMD 1 www.example 80", "REP 0 127.0.0.1 *"],
    "login-refused": [*LOGIN, "name alice password wrong", "status 1"],
    "no-acceptable-method": ["offers 0,1", "takes 255"],
    "target-refused": ["offers 0,1", "takes 0", "CMD 1 www.example 81", "REP 5 0.0.0.0 0"],
    "name-unknown": ["offers 0,1", "takes 0", "CMD 1 nowhere.example 80", "REP 4 0.0.0.0 0"],
    "bind-ftp": ["offers 0", "takes 0", "CMD 1 127.0.0.2 21", "REP 0 127.0.0.1 *",
                 *["offers 0", "takes 0", "CMD 2 127.0.0.2 0", "REP 0 127.0.0.1 *", "REP 0 127.0.0.2 *"] * 2],
    "udp-dns": ["offers 0", "takes 0", "CMD 3 127.0.0.1 *", "REP 0 127.0.0.1 *",
                "FRAG 0 127.0.0.1 53 question www.example", "question www.example",
                "question www.example answer 127.0.0.2", "FRAG 0 127.0.0.1 53 question www.example answer 127.0.0.2",
                "FRAG 0 localhost 53 question www.example", "question www.example",
                "question www.example answer 127.0.0.2", "FRAG 0 127.0.0.1 53 question www.example answer 127.0.0.2"],
    # Those without SOCKS header show nothing. Their order is not always the same.
    "udp-lost": ["offers 0", "takes 0", "CMD 3 127.0.0.1 *", "REP 0 127.0.0.1 *", "FRAG 1 127.0.0.2 *",
                 *["FRAG 0 127.0.0.2 *"] * 3, *[""] * 3, "ICMP 3"],
    "octet-by-octet": ["takes 0", "REP 0 127.0.0.1 *"],  # Wireshark cannot read what comes in pieces
    "one-segment": ["offers 0 CMD 1 127.0.0.2 7", "takes 0", "REP 0 127.0.0.1 *"],
    "half-close": ["offers 0", "takes 0", "CMD 1 127.0.0.2 7", "REP 0 127.0.0.1 *"],
    "reset": ["offers 0", "takes 0", "CMD 1 127.0.0.2 7", "REP 0 127.0.0.1 *"],
    "socks4": [],
}


@pytest.fixture(scope="session", params=["committed", "recorded now"])
def captures(request, tmp_path_factory):
    """The folder of the captures; and of the same captures of the program under test, which record.sh makes now."""
    if request.param == "committed":
        return WIRESHARK / "captures"
    request.getfixturevalue("capturing")
    folder = tmp_path_factory.mktemp("captures")
    done = subprocess.run(["sh", WIRESHARK / "record.sh", folder], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=patience(300), check=False)
    assert done.returncode == 0, f"record.sh failed:\n{done.stdout}{done.stderr}"
    assert not done.stderr, f"record.sh said:\n{done.stderr}"
    return folder


def shown(capture):
    """Those lines."""
    for values in rows(capture, SHOWN, f"{HANDSHAKE} or udp or icmp"):
        yield " ".join(f"{label} {'*' if field.endswith('port') and int(value) > 1023 else value}".strip()
                       for (field, label), value in zip(SHOWN.items(), values) if value)


@pytest.mark.parametrize("name", EXPECTED)
def test_fields(captures, name):
    """What tshark reads in each capture."""
    came, expected = list(shown(captures / f"{name}.pcap")), EXPECTED[name]
    if name == "udp-lost":
        came, expected = sorted(came), sorted(expected)
    assert came == expected


def test_nothing_is_explained(everything):
    """SOCKS5 bytes shows segments, and no SOCKS."""
    assert not tshark("-r", everything, "-Y", "socks", profile="SOCKS5 bytes")


@pytest.mark.parametrize("name", EXPECTED)
def test_format(captures, name):
    """The old format, which holds nothing about the machine; and small."""
    octets = (captures / f"{name}.pcap").read_bytes()
    assert octets[:4] == b"\xd4\xc3\xb2\xa1" and len(octets) < 20_000


@pytest.mark.parametrize("name", ["connect-ipv4", "connect-ipv6", "connect-name", "login-accepted"])
def test_both_sides(captures, name):
    """The connection to the target begins after the request, and the reply comes when it is there. Then HTTP is seen on
    both sides."""
    def frames(only):
        return [int(number) for number, in rows(captures / f"{name}.pcap", ["frame.number"], only)]
    (asked,), (replied,) = frames("socks.command and socks.address_type"), frames("socks.results")
    (dialled,), (there,) = (frames(f"tcp.flags == {flags} and tcp.port == 80") for flags in ("0x02", "0x12"))
    assert asked < dialled < there < replied
    assert len(frames("http.request")) == len(frames("http.response")) == 2


def segments(capture, only):
    """For each: is it the client's side? And who sends what: a payload, an end, or a reset. A busy machine may send something
    twice."""
    only = f"({only}) and not tcp.analysis.retransmission"
    fields = ["tcp.srcport", "tcp.dstport", "tcp.payload", "tcp.flags"]
    for source, destination, payload, flags in rows(capture, fields, only, "SOCKS5 bytes"):
        near = "10800" in (source, destination)
        other = source != "10800" if near else source == "7"
        sender = ("client" if near else "target") if other else "proxy"
        yield near, f"{sender} {payload or ('RESET' if int(flags, 16) & 4 else 'END')}"


def client_side(capture, only):
    return [what for near, what in segments(capture, only) if near]


def target_side(capture, only):
    return [what for near, what in segments(capture, only) if not near]


def test_octet_by_octet(captures):
    """Each octet of the client is in a segment of its own."""
    came = client_side(captures / "octet-by-octet.pcap", "tcp.dstport == 10800 and tcp.len > 0")
    assert came == [f"client {octet:02x}" for octet in b"\5\1\0" b"\5\1\0\1\x7f\0\0\2\0\7" b"hello"]


def test_one_segment(captures):
    """Everything of the client is in one segment."""
    came = client_side(captures / "one-segment.pcap", "tcp.dstport == 10800 and tcp.len > 0")
    assert came == ["client 050100" "050100017f0000020007" "68656c6c6f"]


def test_half_close(captures):
    """The client's end comes before the answer, on both sides."""
    capture, only = captures / "half-close.pcap", "tcp.flags.fin == 1 or tcp.payload == 48:45:4c:4c:4f"
    assert client_side(capture, only) == ["client END", "proxy 48454c4c4f", "proxy END"]
    assert target_side(capture, only) == ["proxy END", "target 48454c4c4f", "target END"]


def test_reset(captures):
    """The target's reset becomes the proxy's, and nobody sends an end."""
    capture, only = captures / "reset.pcap", "tcp.flags.reset == 1 or tcp.flags.fin == 1"
    assert (target_side(capture, only), client_side(capture, only)) == (["target RESET"], ["proxy RESET"])


def test_socks4(captures):
    """The proxy ends the connection without a word."""
    came = client_side(captures / "socks4.pcap", "tcp.len > 0 or tcp.flags.fin == 1")
    assert came == ["client 040100507f00000200", "proxy END", "client END"]
