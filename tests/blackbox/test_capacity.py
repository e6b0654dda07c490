"""The proxy promises no more clients than the system has room for, and makes room where it may."""
import re
import resource
import subprocess

from proxy import COROUTINES, NAME, program
from scarcity import another_user
from socks5 import Client, greeting, is_answered

FILES, THREADS = resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC


def limited(what, soft, hard):
    """For start_proxy: set in the child, right before the program starts."""
    return {"preexec_fn": lambda: resource.setrlimit(what, (soft, hard))}


def test_its_own_limit_of_files_is_raised(start_proxy):
    """As usual: 1,024 files at first and more for those who ask. No word about it."""
    proxy = start_proxy("--max-clients", "2000", **limited(FILES, 1024, 16384))
    soft, _ = resource.prlimit(proxy.pid, FILES)
    assert soft >= 2 * 2000


def test_no_more_clients_than_files(start_proxy):
    """Those for whom there is no room wait; accept() does not fail."""
    proxy = start_proxy(**limited(FILES, 64, 64))
    proxy.harmless = [f"{NAME}: 16 clients at once, not 1000: open files are limited to 64; to raise that: "
                      r"ulimit -n 2544"]
    served = [Client(proxy) for _ in range(16)]
    with Client(proxy) as waiting:
        waiting.send(greeting(0))
        assert not is_answered(waiting)
        served.pop().close()
        assert is_answered(waiting, 10)
    for client in served:
        client.send(greeting(0))
        assert is_answered(client)
        client.close()
    assert re.fullmatch(proxy.harmless[0] + "\n", proxy.stderr())


def test_no_more_clients_than_threads(start_proxy):
    """The same for a user who may have few threads. Coroutines need none."""
    with another_user() as user:
        proxy = start_proxy(**user, **limited(THREADS, 56, 56))
        proxy.harmless = [f"{NAME}: 20 clients at once, not 1000: threads of a user are limited to 56; to raise "
                          "that: ulimit -u 2016"]
        if COROUTINES:
            assert proxy.stderr() == ""
        else:
            assert re.fullmatch(proxy.harmless[0] + "\n", proxy.stderr())


def test_what_it_says_to_do_helps():
    """With the number that it names, all clients fit."""
    def started_with(files):
        command = f"ulimit -n {files}; exec timeout 1 {program()} --listen 127.0.0.1:0 --max-clients 100"
        return subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False).stderr
    assert started_with(re.search(r"ulimit -n (\d+)$", started_with(50)).group(1)) == ""
