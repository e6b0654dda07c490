"""Fixtures. Every proxy that a test starts is stopped when the test ends, and that it stops cleanly is part of it."""
import contextlib
import os
import resource

import pytest

from proxy import Proxy, program
from targets import Listener, UdpSocket


def pytest_sessionstart():
    """Some tests hold a thousand connections, and the proxy inherits our limit."""
    if not os.access(program(), os.X_OK):
        pytest.exit("set the environment variable PLAINSOCKS to the path of the program under test", 2)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 16384 if most == resource.RLIM_INFINITY else min(most, 16384)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


@pytest.fixture
def start_proxy(tmp_path):
    """A function that starts a proxy with the given options."""
    started = []

    def start(*options, **how):
        folder = tmp_path / f"proxy{len(started)}"
        folder.mkdir()
        started.append(Proxy(folder, *options, **how))
        return started[-1]

    with contextlib.ExitStack() as at_the_end:
        yield start
        for proxy in started:
            at_the_end.callback(proxy.stop)


@pytest.fixture
def proxy(start_proxy):
    """A proxy without options."""
    return start_proxy()


@pytest.fixture
def listener():
    """A target on 127.0.0.1 that accepts when the test says so."""
    with Listener() as target:
        yield target


@pytest.fixture
def udp_target():
    """A target for datagrams on 127.0.0.1."""
    with UdpSocket() as target:
        yield target
