"""The proxy promises no more clients than the system has room for, and makes room where it may."""
import contextlib
import re
import resource
import subprocess

from health import check_that_it_serves
from proxy import COROUTINES, NAME, program
from scarcity import WAITING, another_user
from socks5 import SUCCEEDED, UDP_ASSOCIATE, UNSPECIFIED, Client, connect, greeting, is_answered

FILES, THREADS = resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC


def limited(what, soft, hard):
    """For start_proxy: set in the child, right before the program starts."""
    return {"preexec_fn": lambda: resource.setrlimit(what, (soft, hard))}


def room_for(clients, files, wanted, enough):
    """The pattern of the line that says how many clients fit."""
    return (f"{NAME}: {clients} clients at once: each takes 2 open files, or 3 for UDP, and the limit is {files}; "
            f"room for {wanted}: ulimit -n {enough}")


def test_its_own_limit_of_files_is_raised(start_proxy):
    """As usual: 1,024 files at first and more for those who ask. No word about it."""
    proxy = start_proxy("--max-clients", "2000", **limited(FILES, 1024, 16384))
    soft, _ = resource.prlimit(proxy.pid, FILES)
    assert soft >= 3 * 2000


def test_no_more_clients_than_files(start_proxy):
    """Those for whom there is no room wait; accept() does not fail."""
    proxy = start_proxy(**limited(FILES, 64, 64))
    proxy.harmless = [room_for(16, 64, 1000, 3544)]
    served = [Client(proxy) for _ in range(16)]
    with Client(proxy) as waiting:
        waiting.send(greeting(0))
        assert not is_answered(waiting)
        served.pop().close()
        assert is_answered(waiting, 10)
    for client in served:
        client.send(greeting(0))
        assert is_answered(client, 10)
        client.close()
    assert re.fullmatch(proxy.harmless[0] + "\n", proxy.stderr())


def test_room_for_all_but_not_for_their_datagrams(start_proxy, listener):
    """An association takes a third socket: who wants one of those may be refused, and is told so at the start."""
    proxy = start_proxy("--max-clients", "30", **limited(FILES, 92, 92))
    proxy.harmless = [room_for(30, 92, 30, 242)]
    assert re.fullmatch(proxy.harmless[0] + "\n", proxy.stderr())
    clients = [connect(proxy, listener.address) for _ in range(30)]
    for client in clients:
        client.close()


def test_room_for_all_and_their_datagrams(start_proxy):
    """No word, and every one of them has an association."""
    proxy = start_proxy("--max-clients", "20", **limited(FILES, 92, 92))
    assert proxy.stderr() == ""
    clients = [Client(proxy) for _ in range(20)]
    assert [client.request(UDP_ASSOCIATE, UNSPECIFIED).rep for client in clients] == [SUCCEEDED] * 20
    for client in clients:
        client.close()


def is_served(client):
    """Or has it to wait, or to come again?"""
    with contextlib.suppress(AssertionError, ConnectionError):
        client.send(greeting(0))
        return is_answered(client, 1)
    return False


def test_no_more_clients_than_threads(start_proxy):
    """For a user who may have few threads: as many clients as there are threads for, and others when some of them have
    left. One line says so. Coroutines need no threads."""
    with another_user() as user:
        proxy = start_proxy("--handshake-timeout", "60", **user, **limited(THREADS, 56, 56))
        proxy.harmless = [] if COROUTINES else [WAITING]
        assert proxy.stderr() == ""
        crowd = [Client(proxy) for _ in range(60)]
        served = [client for client in crowd if is_served(client)]
        assert len(served) == 60 if COROUTINES else 40 <= len(served) < 56
        for client in crowd:
            if client not in served:
                client.close()
        for client in served[:20]:
            client.close()
        check_that_it_serves(proxy)
        assert re.fullmatch("" if COROUTINES else WAITING + "\n", proxy.stderr())


def test_what_it_says_to_do_helps():
    """With the number that it names, all clients fit."""
    def started_with(files):
        command = f"ulimit -n {files}; exec timeout 1 {program()} --listen 127.0.0.1:0 --max-clients 100"
        return subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False).stderr
    assert started_with(re.search(r"ulimit -n (\d+)$", started_with(50)).group(1)) == ""
