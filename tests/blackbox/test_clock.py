"""The clock on the wall is set, by people and by time servers: time limits and durations do not notice. libfaketime
sets it for the proxy alone."""
import glob
import os
import re
import time

import pytest

from socks5 import BIND, CONNECT, SUCCEEDED, UNSPECIFIED, Client, connect, greeting, request
from targets import never_answering
from waiting import SLOW, Background, wait_until

# Seconds. No two are the same: when the next timer is due in less than a microsecond, Asio asks the system for "at once", a
# time of the steady clock in the distant past, which libfaketime takes for one of the clock on the wall, and moves.
LIMITS = {"handshake": 1, "connect": 2, "bind": 3, "idle": 4}
JUMPS = pytest.mark.parametrize("jump, year", [("-1d", 0), ("+1y", 1)], ids=["a day back", "a year on"])


class Clock:
    """The clock on the wall, as a proxy sees it."""

    def __init__(self, folder):
        if SLOW:
            pytest.skip("the sanitizers want to be loaded before any other library")
        library = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
        if not library:
            pytest.skip("no libfaketime here")
        self._path = f"{folder}/clock"
        self.set("+0")
        self.environment = os.environ | {"LD_PRELOAD": library[0], "FAKETIME_TIMESTAMP_FILE": self._path,
                                         "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}

    def set(self, difference):
        """To the true time with that difference, as a whole or not at all."""
        with open(f"{self._path}.new", "w", encoding="ascii") as file:
            file.write(difference + "\n")
        os.rename(f"{self._path}.new", self._path)


@pytest.fixture
def clock(tmp_path):
    return Clock(tmp_path)


def seconds_to_end(client):
    began = time.monotonic()
    client.wait_for_end()
    return time.monotonic() - began


def check_years(proxy, year):
    """All lines have a time stamp of that year, counted from the true one, so the proxy did see the clock jump. Yet
    they say how long the clients were there."""
    assert {int(line[:4]) for line in proxy.log()} <= {int(time.strftime("%Y")) + year + more for more in (-1, 0)}
    for line in proxy.log():
        assert 0.9 < float(re.search(r", (-?\d+\.\d+) s, ", line).group(1)) < 6, line


@JUMPS
def test_limits(start_proxy, listener, clock, jump, year):
    """All limits come in time, when the clock is set while they run."""
    proxy = start_proxy(*(f"--{what}-timeout={limit}" for what, limit in LIMITS.items()), env=clock.environment)
    with never_answering() as dead_target, Client(proxy) as silent, Client(proxy) as connecting, \
            Client(proxy) as binding, connect(proxy, listener.address) as idle:
        assert binding.request(BIND, UNSPECIFIED).rep == SUCCEEDED
        before = proxy.descriptors()
        connecting.send(greeting(0) + request(CONNECT, *dead_target))
        wait_until("a descriptor for the target", lambda: proxy.descriptors() > before)
        clock.set(jump)
        waits = [Background(seconds_to_end, client) for client in (silent, connecting, binding, idle)]
        assert all(limit - 0.5 < wait.result() < limit + 2 for limit, wait in zip(LIMITS.values(), waits))
    for how in "greeting: broke off (time limit)", "no connection (time limit)", "nobody came in time", "idle":
        proxy.wait_for_log(how)
    check_years(proxy, year)


@JUMPS
def test_minute_of_the_log(start_proxy, clock, jump, year):
    """The minute in which the log has 60 lines for clients without a request is a minute, whatever the clock says."""
    proxy = start_proxy(env=clock.environment)
    for _ in range(2):
        for _ in range(50):
            with Client(proxy) as client:
                client.send(b"\4\1")
                client.wait_for_end()
        clock.set(jump)
    proxy.stop()
    assert len(proxy.log()) == 60
    assert proxy.not_shown("clients without a request") == 40
