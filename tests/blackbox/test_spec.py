"""The tester of SOCKS5 servers, tests/socks5spec, finds nothing wrong with ours, and leaves nothing out."""
import collections
import contextlib
import json
import os
import re
import socket
import subprocess

import pytest

from namespaces import with_hosts
from waiting import SLOW, Background, patience

# Names with two kinds of address are tried as well, and limits that the tester would otherwise wait for in minutes.
HOSTS = "127.0.0.1 localhost\n::1 localhost\n"
LIMITS = ("--handshake-timeout", "3", "--connect-timeout", "3", "--bind-timeout", "3")
TIMEOUT = 10 if SLOW else 5  # for what has to come; what must not come is waited for as long


def said(*options):
    """What the tester prints, and its exit code."""
    run = subprocess.run([os.environ["SOCKS5SPEC"], *options], capture_output=True, text=True, timeout=patience(120),
                         check=False)
    return run.stdout, run.stderr, run.returncode


def outcomes(proxy, wrapper, *options):
    """What comes of the cases, by outcome, when the tester has run to its end."""
    command = [*wrapper, os.environ["SOCKS5SPEC"], "--server", proxy.url, "--slow", "--strict", "--format", "json",
               "--timeout", str(TIMEOUT), *options]
    run = subprocess.run(command, capture_output=True, text=True, timeout=patience(120), check=False)
    assert run.stdout, run.stderr
    found = collections.defaultdict(list)
    for case in json.loads(run.stdout)["cases"]:
        found[case["outcome"]].append(case)
    assert run.returncode == (1 if found["failed"] else 0), run.stderr
    return found


def told(cases):
    return "\n".join(f"{c['section']} {c['title']}: expected {c['expected']}, got {c['got']}\n{c['story']}" for c in cases)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_with_login(start_proxy, tmp_path, host):
    """Every case passes. Over IPv6 those that need a second loopback address cannot be run."""
    hosts = with_hosts(tmp_path, HOSTS)
    proxy = start_proxy(*LIMITS, "--user", "tester:secret", listen=[f"{host}:0"], wrapper=hosts)
    found = outcomes(proxy, hosts, "--user", "tester:secret", "--require", "bind,udp,ipv6,login")
    assert not found["failed"], told(found["failed"])
    assert not found["not supported"]
    assert len(found["not run"]) == (0 if host == "127.0.0.1" else 2), told(found["not run"])
    assert len(found["passed"]) >= 115


@pytest.mark.parametrize("host, option", [("127.0.0.1", "--quiet"), ("[::1]", "--no-splice")])
def test_without_login(start_proxy, tmp_path, host, option):
    """Every case passes but those of the login, which the server does not offer."""
    hosts = with_hosts(tmp_path, HOSTS)
    proxy = start_proxy(*LIMITS, option, listen=[f"{host}:0"], wrapper=hosts)
    found = outcomes(proxy, hosts, "--require", "bind,udp,ipv6")
    assert not found["failed"], told(found["failed"])
    assert all(case["chapter"] == 4 for case in found["not supported"])
    assert len(found["passed"]) >= 100


@pytest.mark.parametrize("chapter, score", [(2, "3 of {} cases, 3 more than chapter 1"),
                                            (4, "21 of {} cases, 12 more than chapter 3; 14 not tried, see above")])
def test_score(start_proxy, chapter, score):
    """The last line says how far a server has come on its way through the tutorial."""
    cases = sum(line.startswith("  ") and line[2].isdigit() for line in said("--list")[0].splitlines())
    output, _, code = said("--server", start_proxy().url, "--until", str(chapter))
    assert output.splitlines()[-1] == f"chapter {chapter}: " + score.format(cases)
    assert code == 0


def test_score_of_failures():
    """A server that closes without a word."""
    def close_each(listener):
        with contextlib.suppress(OSError):
            while True:
                listener.accept()[0].close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Background(close_each, listener)
        output, _, code = said("--server", f"127.0.0.1:{listener.getsockname()[1]}", "--until", "2", "--strict")
        listener.shutdown(socket.SHUT_RDWR)
        server.result()
    assert re.fullmatch(r"chapter 2: 0 of \d+ cases, as many as chapter 1; 3 failed, the first in chapter 2",
                        output.splitlines()[-1])
    assert code == 1


def test_nobody_listens():
    """One line for a beginner."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        server = f"127.0.0.1:{reserved.getsockname()[1]}"
        output, error, code = said("--server", server)
    assert (output, code) == ("", 2)
    assert error == f"socks5spec: nobody listens on {server}; start your server first, in another terminal\n"
