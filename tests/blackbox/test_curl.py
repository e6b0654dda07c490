"""curl, as issue 2 asks: every way to name a target, logins, failures, bulk."""
import hashlib
import os
import subprocess
import time

import pytest

from targets import BLOCK, refusing
from waiting import patience
from web import PAGE, WebServer

CANNOT_CONNECT_THROUGH_PROXY = 97  # curl: CURLE_PROXY
BULK = 1024 * len(BLOCK)  # octets


def start_curl(*options):
    """curl, without any settings of this machine."""
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return subprocess.Popen(["curl", "--disable", "--silent", "--show-error", *options], env=environment,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def curl(*options):
    """Its exit code, and what it printed."""
    with start_curl(*options) as process:
        out, err = process.communicate(timeout=patience(60))
        return process.returncode, out, err.decode()


def check_page(*options):
    code, out, err = curl(*options)
    assert (code, out) == (0, PAGE), err


@pytest.fixture
def web():
    with WebServer() as server:
        yield server


@pytest.mark.parametrize("kind", ["--socks5", "--socks5-hostname"])
def test_ipv4(proxy, web, kind):
    """The proxy gets an IPv4 address."""
    check_page(kind, proxy.url, web.url)
    proxy.wait_for_log(f"CONNECT 127.0.0.1:{web.port},")


def test_name(proxy, web):
    """--socks5 looks up the name itself, --socks5-hostname leaves that to the proxy."""
    url = f"http://localhost:{web.port}/"
    check_page("--ipv4", "--socks5", proxy.url, url)
    proxy.wait_for_log(f"CONNECT 127.0.0.1:{web.port},")
    check_page("--socks5-hostname", proxy.url, url)
    proxy.wait_for_log(f"CONNECT localhost:{web.port},")


@pytest.mark.parametrize("kind", ["--socks5", "--socks5-hostname"])
def test_ipv6(proxy, kind):
    """An IPv6 literal."""
    with WebServer("::1") as web:
        check_page("--globoff", kind, proxy.url, web.url)
        proxy.wait_for_log(f"CONNECT [::1]:{web.port},")


def test_proxy_on_ipv6(start_proxy, web):
    """The proxy itself at an IPv6 address."""
    proxy = start_proxy(listen=["[::1]:0"])
    check_page("--globoff", "--proxy", f"socks5h://{proxy.url}", web.url)


def test_right_password(start_proxy, web):
    """--proxy-user."""
    proxy = start_proxy("--user", "user:pass:word")
    check_page("--socks5", proxy.url, "--proxy-user", "user:pass:word", web.url)


@pytest.mark.parametrize("login", [["--proxy-user", "user:wrong"], ["--proxy-user", "nobody:password"], []])
def test_wrong_password(start_proxy, web, login):
    """curl's error for it, at once."""
    proxy = start_proxy("--user", "user:password")
    began = time.monotonic()
    code, out, err = curl("--socks5", proxy.url, *login, web.url)
    assert (code, out) == (CANNOT_CONNECT_THROUGH_PROXY, b"")
    assert ("User was rejected" if login else "No authentication method was acceptable") in err
    assert time.monotonic() - began < patience(2)


def test_refused_port(proxy):
    """REP 05 is curl's (5), at once."""
    with refusing() as (host, port):
        began = time.monotonic()
        code, _, err = curl("--socks5", proxy.url, f"http://{host}:{port}/")
        assert code == CANNOT_CONNECT_THROUGH_PROXY and "(5)" in err
        assert time.monotonic() - began < patience(2)


def test_unknown_name(proxy):
    """REP 04 is curl's (4)."""
    code, _, err = curl("--socks5-hostname", proxy.url, "http://nope.invalid/")
    assert code == CANNOT_CONNECT_THROUGH_PROXY and "(4)" in err


def test_denied_target(start_proxy, web):
    """REP 02 is curl's (2)."""
    proxy = start_proxy("--deny-target", "*")
    code, _, err = curl("--socks5", proxy.url, web.url)
    assert code == CANNOT_CONNECT_THROUGH_PROXY and "(2)" in err


def test_many_pages_through_one_connection(proxy, web):
    """Keep-alive: one connection for several requests."""
    code, out, err = curl("--socks5", proxy.url, *[web.url] * 20)
    assert (code, out) == (0, PAGE * 20), err
    proxy.wait_for_log("done")
    assert len(proxy.log()) == 1


def test_bulk_both_ways(proxy, web, tmp_path):
    """A quarter of a GiB down, and one up at the same time, compared by hash."""
    whole = tmp_path / "upload"
    digest = hashlib.sha256()
    with open(whole, "wb") as file:
        for _ in range(BULK // len(BLOCK)):
            file.write(BLOCK)
            digest.update(BLOCK)
    came = hashlib.sha256()
    with start_curl("--socks5", proxy.url, "--upload-file", str(whole), web.url) as up, \
            start_curl("--socks5", proxy.url, f"{web.url}{BULK}") as down:
        while block := down.stdout.read(1 << 18):
            came.update(block)
        assert down.wait(patience(60)) == 0
        answer, _ = up.communicate(timeout=patience(60))
        assert up.returncode == 0
    assert came.hexdigest() == digest.hexdigest()
    assert answer.decode() == digest.hexdigest()
