"""The command line."""
import re
import socket

import pytest

from proxy import COROUTINES, NAME, run_program
from socks5 import Client, connect

LOOPBACK = "--listen=127.0.0.1:0"

# Options and what the line on stderr must say: which option, what came, and what was expected.
BAD_OPTIONS = [
    (["--frobnicate"], "--frobnicate"),
    (["--lis", "127.0.0.1:0"], "--lis"),
    (["-x"], "-x"),
    (["127.0.0.1:0"], "option"),
    (["--listen"], "--listen"),
    (["--pcap", ""], "--pcap: .*FILE"),
    (["--listen", ""], "--listen"),
    (["--listen", "127.0.0.1"], "--listen.*'127.0.0.1' has no port.*ADDRESS:PORT"),
    (["--listen", "10800"], "--listen.*'10800' has no port.*ADDRESS:PORT"),
    (["--listen", "::1"], "--listen.*ADDRESS:PORT"),
    (["--listen", "::1:10800"], r"--listen.*\[::1\]:10800"),
    (["--listen", "[::1:10800"], "--listen.*ADDRESS"),
    (["--listen", "[::1]10800"], "--listen.*ADDRESS"),
    (["--listen", "localhost:10800"], "--listen.*'localhost' is not an IP address.*127.0.0.1"),
    (["--listen", "127.0.0.1:65536"], "--listen.*'65536' is not a port.*65535"),
    (["--listen", "127.0.0.1:-1"], "--listen.*'-1' is not a port"),
    (["--listen", "127.0.0.1:0x10"], "--listen.*'0x10' is not a port"),
    (["--listen", "127.0.0.1:"], "--listen.*'' is not a port"),
    (["--user", "alice"], "--user.*NAME:PASSWORD"),
    (["--user", ":secret"], "--user.*NAME:PASSWORD.*1 to 255"),
    (["--user", "alice:"], "--user.*NAME:PASSWORD.*1 to 255"),
    (["--user", "a" * 256 + ":b"], "--user.*1 to 255"),
    (["--user", "a:" + "b" * 256], "--user.*1 to 255"),
    (["--users", "/nonexistent/users"], "--users.*/nonexistent/users.*No such file"),
    (["--users", "/"], "--users.*cannot read"),
    (["--users", "/dev/null"], "--users.*/dev/null.*NAME:PASSWORD"),
    (["--allow-client", "10.0.0.0/33"], "--allow-client.*10.0.0.0/33.*10.0.0.0/8"),
    (["--allow-client", "10.0.0.0/"], "--allow-client.*10.0.0.0/"),
    (["--allow-client", "::/129"], "--allow-client.*::/129"),
    (["--allow-client", "::ffff:10.0.0.0/8"], "--allow-client"),
    (["--allow-client", "example.com"], "--allow-client.*'example.com' is not an IP address"),
    (["--deny-target", ""], "--deny-target"),
    (["--deny-target", "10.0.0.0/33"], "--deny-target.*10.0.0.0/33"),
    (["--deny-target", "*.*.com"], "--deny-target.*no rule"),
    (["--deny-target", "a*.com"], "--deny-target.*no rule"),
    (["--deny-target", "two words"], "--deny-target.*no rule"),
    (["--deny-target", "http://example.com/"], "--deny-target"),
    (["--deny-target", "example.com/8"], "--deny-target.*no rule"),
    (["--deny-target", "*:99999"], "--deny-target.*99999.*65535"),
    (["--deny-target", "*:20-10"], "--deny-target.*lower one first"),
    (["--deny-target", "*:ssh"], "--deny-target.*'ssh' is not a port"),
    (["--deny-target", "example.com:80:90"], "--deny-target.*no rule"),
    (["--deny-target", "2001:db8::g"], "--deny-target.*no rule"),
    (["--deny-target", "10.0.0.256"], "--deny-target.*10.0.0.256"),
    (["--max-clients", "0"], "--max-clients.*'0'.*1 to"),
    (["--max-clients", "-1"], "--max-clients.*'-1'.*1 to"),
    (["--max-clients", "many"], "--max-clients.*'many'.*1 to"),
    (["--max-clients", "99999999999999999999"], "--max-clients.*1 to"),
    (["--max-clients", "1", "--max-clients", "2"], "--max-clients.*more than once"),
    (["--handshake-timeout", "-1"], "--handshake-timeout.*'-1'.*seconds"),
    (["--handshake-timeout", "10s"], "--handshake-timeout.*'10s'.*seconds"),
    (["--connect-timeout", "nan"], "--connect-timeout.*'nan'.*seconds"),
    (["--bind-timeout", "inf"], "--bind-timeout.*'inf'.*seconds"),
    (["--idle-timeout", "1e99"], "--idle-timeout.*'1e99'.*seconds"),
    (["--idle-timeout", " "], "--idle-timeout.*' '.*seconds"),
    (["--outgoing", "eth0"], "--outgoing.*'eth0' is not an IP address"),
    (["--udp-advertise", "proxy.example.com"], "--udp-advertise.*is not an IP address"),
    (["--quiet=yes"], "--quiet"),
    (["--listen", "0.0.0.0:0"], "--listen 0.0.0.0:0.*--user.*--allow-client.*--open"),
    (["--listen", "[::]:0"], r"--listen \[::\]:0.*--users.*--allow-client.*--open"),
    (["--listen", "192.0.2.1:0"], "--listen 192.0.2.1:0.*--open"),
    (["--listen", "[::ffff:0.0.0.0]:0"], "--listen.*--open"),
    (["--listen", "127.0.0.1:0", "--listen", "0.0.0.0:0"], "--listen 0.0.0.0:0.*--open"),
    (["--threads", "0"], "--threads.*'0'.*1 to 16" if COROUTINES else "--threads"),
    (["--threads", "17"], "--threads.*'17'.*1 to 16" if COROUTINES else "--threads"),
    (["--listen", "0.0.0.0:0", "--deny-target", "*"], "--listen 0.0.0.0:0.*--open"),
]


@pytest.mark.parametrize("options, said", BAD_OPTIONS, ids=[" ".join(options)[:60] for options, _ in BAD_OPTIONS])
def test_bad_options(options, said):
    """Exit code 2, and one line that names the option and says what was expected."""
    ends_by_itself = [] if "--listen" in options else [LOOPBACK]
    done = run_program(*ends_by_itself, *options)
    assert done.returncode == 2
    assert done.stdout == ""
    assert re.fullmatch(rf"{NAME}: .*{said}.*\n", done.stderr), done.stderr


@pytest.mark.parametrize("options", [
    ["--open"], ["--user", "alice:secret"], ["--allow-client", "127.0.0.0/8"]], ids=lambda options: options[0])
@pytest.mark.parametrize("listen", ["0.0.0.0:0", "[::]:0"])
def test_open_on_purpose(start_proxy, options, listen):
    """Users, client rules or --open: each is enough to listen for other machines."""
    proxy = start_proxy(*options, listen=[listen])
    assert proxy.address[0] == listen[:-2].strip("[]")


@pytest.mark.parametrize("listen", ["127.0.0.1:0", "127.1.2.3:0", "[::1]:0", "[::ffff:127.0.0.1]:0"])
def test_loopback_needs_no_more(start_proxy, listen):
    """On every address of the loopback."""
    start_proxy(listen=[listen])


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_address_in_use(start_proxy, host):
    """Cannot listen: exit code 1, with the address, the reason, and what to try."""
    proxy = start_proxy(listen=["[::1]:0" if host == "::1" else "127.0.0.1:0"])
    done = run_program("--listen", proxy.url)
    assert done.returncode == 1 and done.stdout == ""
    assert re.fullmatch(rf"{NAME}: cannot listen on {re.escape(proxy.url)}: Address already in use.*--listen.*\n",
                        done.stderr)


def test_address_of_nobody():
    """The same for an address that this machine does not have."""
    done = run_program("--listen", "192.0.2.77:0", "--open")
    assert done.returncode == 1 and done.stdout == ""
    assert re.fullmatch(rf"{NAME}: cannot listen on 192.0.2.77:0: Cannot assign requested address.*\n", done.stderr)


def test_one_bad_address_of_two(start_proxy):
    """It listens everywhere or nowhere."""
    proxy = start_proxy()
    done = run_program(LOOPBACK, "--listen", proxy.url)
    assert done.returncode == 1 and done.stdout == ""


def test_several_addresses(start_proxy, listener):
    """--listen may be given again. Each address has a line of its own, and serves clients."""
    proxy = start_proxy(listen=["127.0.0.1:0", "127.0.0.1:0", "[::1]:0", "127.0.0.2:0"])
    assert [host for host, _ in proxy.addresses] == ["127.0.0.1", "127.0.0.1", "::1", "127.0.0.2"]
    assert len(proxy.stdout().splitlines()) == 4
    for number in range(4):
        with connect(proxy, listener.address, listen=number):
            listener.accept().close()


def test_port_is_free_again(start_proxy):
    """A proxy that has ended, with a connection open, can start again on its port at once."""
    proxy = start_proxy()
    with Client(proxy) as client:
        client.greet()
        proxy.stop()
    again = start_proxy(listen=[proxy.url])
    assert again.address == proxy.address


def test_default_address():
    """127.0.0.1:10800. The port may be taken by somebody on this machine; that is then what the proxy says."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", 10800))
            taken.listen()
        except OSError:
            pass
        done = run_program()
    assert done.returncode == 1
    assert done.stderr.startswith(f"{NAME}: cannot listen on 127.0.0.1:10800: Address already in use")


OPTIONS = {"listen", "open", "user", "users", "allow-client", "deny-target", "allow-local-targets", "max-clients",
           "handshake-timeout", "connect-timeout", "bind-timeout", "idle-timeout", "outgoing", "udp-advertise",
           "no-bind", "no-udp", "no-splice", "pcap", "trace", "quiet", "help", "version"}
if COROUTINES:
    OPTIONS.add("threads")


def test_help():
    """--help lists every option, with a sentence for each, on a terminal of 80 columns."""
    done = run_program("--help")
    assert done.returncode == 0 and done.stderr == ""
    entries = re.split(r"^  --", done.stdout, flags=re.M)[1:]
    described = {re.match(r"[a-z-]+", entry).group(): entry for entry in entries}
    assert set(described) == OPTIONS
    assert all(re.search(r"[A-Z].*\.\s", entry, re.S) for entry in entries)
    assert "list of processes" in " ".join(described["user"].split()), "the danger of a password on the command line"
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_version():
    """One line: the name and the version."""
    done = run_program("--version")
    assert done.returncode == 0 and done.stderr == ""
    assert re.fullmatch(rf"{NAME} \d+\.\d+\.\d+\n", done.stdout)
