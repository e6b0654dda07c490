"""Troubles of a proxy. Each is a context: within it the proxy is in the midst of that trouble, has the clients that it
yields, and is not helped by anybody; after it all have gone."""
import contextlib
import functools
import itertools
import threading

from garbage import garbage
from proxy import COROUTINES
from socks5 import BIND, CONNECT, UDP_ASSOCIATE, Client, connect, greeting, request, reset
from stages import ClientProcess, clients_at_every_stage
from targets import BLOCK, Listener, Server, UdpSocket, clog, never_answering
from waiting import SLOW, Background, wait_until


@contextlib.contextmanager
def crowd(proxy, count, *conversations):
    """So many clients that say one of these each, and wait. They leave by FIN and by RST."""
    clients = []
    try:
        for conversation in itertools.islice(itertools.cycle(conversations), count):
            clients.append(Client(proxy))
            with contextlib.suppress(ConnectionError):
                clients[-1].send(conversation)
        yield clients
    finally:
        for client, leave in zip(clients, itertools.cycle((Client.close, Client.reset))):
            leave(client)


@contextlib.contextmanager
def repeated(visit):
    """A few threads that do it again and again; however a visit ends, it is the next one's turn."""
    over, visits = threading.Event(), []

    def loop():
        while not over.is_set():
            with contextlib.suppress(ConnectionError, AssertionError):
                visit()
                visits.append(1)
    loops = [Background(loop) for _ in range(4)]
    wait_until("some visits", lambda: len(visits) > 20)
    yield
    over.set()
    for each in loops:
        each.result()


def asking_for(cmd, target):
    return greeting(0) + request(cmd, *target)


@contextlib.contextmanager
def no_descriptors_for_clients(proxy):
    """Clients that say nothing have taken them all."""
    with crowd(proxy, 100, b"") as clients:
        wait_until("the descriptors to be used up", lambda: proxy.descriptors() >= 64)
        yield clients


def no_descriptors_for(cmd):
    """Clients that want this have taken them all."""
    @contextlib.contextmanager
    def trouble(proxy):
        with Listener() as target, crowd(proxy, 100, asking_for(cmd, target.address)) as clients:
            wait_until("the descriptors to be used up", lambda: proxy.descriptors() >= 64)
            yield clients
    return trouble


@contextlib.contextmanager
def no_threads(proxy):
    """Clients that want all kinds of things, and some that say nothing, have taken them all."""
    with Listener() as target:
        requests = [asking_for(cmd, target.address) for cmd in (CONNECT, BIND, UDP_ASSOCIATE)]
        with crowd(proxy, 60, b"", *requests, asking_for(CONNECT, ("localhost", target.port))) as clients:
            wait_until("the threads to be used up", lambda: proxy.threads() >= 40)
            yield clients


@contextlib.contextmanager
def silent_clients(proxy):
    """A thousand, for a hundred places."""
    with crowd(proxy, 200 if SLOW else 1000, b"") as clients:
        wait_until("all places to be taken", lambda: proxy.descriptors() > 100)
        yield clients


@contextlib.contextmanager
def garbage_at_once(proxy):
    """500 clients that say what they should not."""
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(Client(proxy)) for _ in range(500)]
        for client, octets in zip(clients, garbage()):
            with contextlib.suppress(ConnectionError):
                client.send(octets)
        yield clients


@contextlib.contextmanager
def clients_that_vanish(proxy):
    """At every stage, by FIN and by RST; and others all the time."""
    with Listener() as target, never_answering() as dead_target:
        clients = clients_at_every_stage(proxy, target.address, dead_target)
        clients += clients_at_every_stage(proxy, target.address, dead_target)
        with repeated(lambda: connect(proxy, target.address).reset()):
            yield clients
        for number, client in enumerate(clients):
            (Client.close if number < len(clients) // 2 else Client.reset)(client)


@contextlib.contextmanager
def clients_that_are_killed(proxy):
    """Three processes with clients at every stage."""
    with Listener() as target, never_answering() as dead_target:
        processes = [ClientProcess(proxy, target.address, dead_target) for _ in range(3)]
        yield processes
        for process in processes:
            process.kill()


@contextlib.contextmanager
def targets_that_do_not_answer(proxy):
    """Connections that are not made yet."""
    with never_answering() as target, crowd(proxy, 20, asking_for(CONNECT, target)) as clients:
        wait_until("a descriptor for each target", lambda: proxy.descriptors() > 40)
        yield clients


@contextlib.contextmanager
def targets_that_reset(proxy):
    """As soon as they have accepted."""
    with Server(reset) as target:
        def visit():
            with connect(proxy, target.address) as client:
                client.wait_for_end()
        with repeated(visit):
            yield []


@contextlib.contextmanager
def connected(proxy, count):
    """So many clients, and their targets."""
    with Listener() as target, contextlib.ExitStack() as connections:
        clients = [connections.enter_context(connect(proxy, target.address)) for _ in range(count)]
        yield clients, [connections.enter_context(target.accept()) for _ in clients]


@contextlib.contextmanager
def targets_that_stall(proxy):
    """Neither they nor their clients read what they are sent."""
    with connected(proxy, 5) as (clients, targets):
        clog([client.socket for client in clients] + targets)
        yield clients


@contextlib.contextmanager
def targets_that_send_for_ever(proxy):
    """To some clients that read and to some that do not."""
    over = threading.Event()

    def run(move):
        with contextlib.suppress(OSError):
            while not over.is_set() and move() != b"":
                pass
    with connected(proxy, 6) as (clients, targets):
        senders = [Background(run, functools.partial(target.sendall, BLOCK)) for target in targets]
        readers = [Background(run, functools.partial(client.socket.recv, 1 << 18)) for client in clients[:3]]
        yield clients
        over.set()
        for reader in readers:
            reader.result()
        for client in clients:
            client.reset()
        for sender in senders:
            sender.result()


@contextlib.contextmanager
def names_that_hang(proxy):
    """The name server takes every question and answers none."""
    with UdpSocket(port=53, make=proxy.socket):
        with crowd(proxy, 20, asking_for(CONNECT, ("slow.test", 80)), asking_for(BIND, ("slow.test", 80))) as clients:
            wait_until("the look-ups to be under way", lambda: proxy.threads() > (20 if COROUTINES else 40))
            yield clients
