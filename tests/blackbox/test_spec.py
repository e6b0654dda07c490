"""The tester of SOCKS5 servers, tests/socks5spec, finds nothing wrong with ours, and leaves nothing out."""
import collections
import json
import os
import subprocess

import pytest

from namespaces import with_hosts
from waiting import SLOW, patience

# Names with two kinds of address are tried as well, and limits that the tester would otherwise wait for in minutes.
HOSTS = "127.0.0.1 localhost\n::1 localhost\n"
LIMITS = ("--handshake-timeout", "3", "--bind-timeout", "3")
TIMEOUT = 10 if SLOW else 5  # for what has to come; what must not come is waited for as long


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
    assert all(case["chapter"] in (3, 4) for case in found["not supported"])
    assert len(found["passed"]) >= 100
