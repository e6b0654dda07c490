"""Whatever goes wrong, everybody else is served, nothing leaks, and the processor rests; and the proxy can be ended in
the midst of it, in time and with exit code 0."""
import contextlib
from collections import namedtuple

import pytest

import troubles
from health import check_that_it_rests, check_that_it_serves, check_that_it_survives
from namespaces import SocketsInside, with_name_server
from proxy import COROUTINES, LEAVES_THREADS, LEFT_THREADS
from scarcity import WAITING, another_user, limit_descriptors, limit_threads
from socks5 import BIND, CONNECT, UDP_ASSOCIATE

SECOND = "--connect-timeout", "1"

# The trouble; the proxy that it is for; and what can be asked of that proxy in the midst of it: to serve, to rest.
Case = namedtuple("Case", "trouble start serves rests")


def plain(*options):
    """A proxy with these options."""
    @contextlib.contextmanager
    def start(start_proxy, _):
        yield start_proxy("--handshake-timeout", "60", *options)
    return start


@contextlib.contextmanager
def with_few_descriptors(start_proxy, _):
    """A proxy that has 64 descriptors."""
    proxy = start_proxy("--handshake-timeout", "60")
    limit_descriptors(proxy, 64)
    proxy.harmless = [WAITING]
    yield proxy


@contextlib.contextmanager
def with_few_threads(start_proxy, _):
    """A proxy that has 40 threads."""
    if COROUTINES:
        pytest.skip("coroutines need no threads")
    with another_user() as user:
        proxy = start_proxy("--handshake-timeout", "60", **user)
        limit_threads(proxy, 40)
        proxy.harmless = [WAITING]
        yield proxy


@contextlib.contextmanager
def with_a_login(start_proxy, _):
    """A proxy with a user."""
    proxy = start_proxy("--user", "alice:secret")
    proxy.user = "alice", "secret"
    yield proxy


@contextlib.contextmanager
def without_names(start_proxy, folder):
    """A proxy that waits two seconds for its name server."""
    proxy = start_proxy(*SECOND, wrapper=with_name_server(folder, timeout=2), **LEAVES_THREADS)
    proxy.harmless = [LEFT_THREADS]
    with SocketsInside(proxy) as proxy.socket:
        yield proxy


CASES = {
    "descriptors run out, for clients": Case(troubles.no_descriptors_for_clients, with_few_descriptors, False, True),
    "descriptors run out, for targets": Case(troubles.no_descriptors_for(CONNECT), with_few_descriptors, False, True),
    "descriptors run out, for BIND": Case(troubles.no_descriptors_for(BIND), with_few_descriptors, False, True),
    "descriptors run out, for UDP": Case(troubles.no_descriptors_for(UDP_ASSOCIATE), with_few_descriptors, False, True),
    "threads run out": Case(troubles.no_threads, with_few_threads, False, True),
    "silent clients": Case(troubles.silent_clients, plain("--max-clients", "100"), False, True),
    "garbage": Case(troubles.garbage_at_once, plain(), True, False),
    "garbage where there are users": Case(troubles.garbage_at_once, with_a_login, True, False),
    "clients that vanish": Case(troubles.clients_that_vanish, plain(*SECOND), True, False),
    "clients that are killed": Case(troubles.clients_that_are_killed, plain(*SECOND), True, True),
    "targets that do not answer": Case(troubles.targets_that_do_not_answer, plain(*SECOND), True, True),
    "targets that reset": Case(troubles.targets_that_reset, plain(), True, False),
    "targets that stall": Case(troubles.targets_that_stall, plain(), True, True),
    "targets that send for ever": Case(troubles.targets_that_send_for_ever, plain(), True, False),
    "names that hang": Case(troubles.names_that_hang, without_names, True, True),
}
EACH = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())


@EACH
def test_it_survives(start_proxy, tmp_path, case):
    """Meanwhile and afterwards."""
    with case.start(start_proxy, tmp_path) as proxy:
        def harm():
            with case.trouble(proxy):
                if case.serves:
                    check_that_it_serves(proxy)
                if case.rests:
                    check_that_it_rests(proxy)
                assert proxy.running(), f"it has ended; the log is:\n{proxy.stdout()}{proxy.stderr()}"
        check_that_it_survives(proxy, harm)


@EACH
def test_it_can_be_ended(start_proxy, tmp_path, case):
    """SIGTERM: Proxy.stop() checks the exit code and how long it takes. All clients see their connection end."""
    with case.start(start_proxy, tmp_path) as proxy, case.trouble(proxy) as clients:
        proxy.stop()
        for client in clients:
            client.wait_for_end()
