"""SIGINT and SIGTERM: the end of the program; and SIGPIPE, which is none. That the exit code is 0, that it comes
within two seconds and that nothing is on stderr is checked by Proxy.stop(), in these tests and in all others."""
import os
import resource
import signal
import subprocess

import pytest

from proxy import COROUTINES, LEAVES_THREADS, LEFT_THREADS
from socks5 import BIND, CONNECT, SUCCEEDED, UDP_ASSOCIATE, UNSPECIFIED, Client, connect
from targets import BLOCK, Server, echo, fill, never_answering
from waiting import Background, wait_until

SIGNALS = pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])


@SIGNALS
def test_idle_proxy(proxy, how):
    """Without a client."""
    proxy.stop(how)


@SIGNALS
def test_thousand_idle_connections(start_proxy, listener, how):
    """1,000 clients: silent, greeted, connected, waiting for a peer, associated."""
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < 4096:
        pytest.skip("needs 4,096 descriptors: ulimit -n")
    proxy = start_proxy("--handshake-timeout", "120", "--bind-timeout", "120")
    clients, targets = [Client(proxy) for _ in range(1000)], []
    for number, client in enumerate(clients):
        stage = number % 5
        if stage == 1:
            client.greet()
        if stage == 2:
            assert client.request(CONNECT, listener.address).rep == SUCCEEDED
            targets.append(listener.accept())
        if stage == 3:
            assert client.request(BIND, ("127.0.0.1", 0)).rep == SUCCEEDED
        if stage == 4:
            assert client.request(UDP_ASSOCIATE, UNSPECIFIED).rep == SUCCEEDED
    if COROUTINES:
        assert proxy.threads() == 1
    else:
        wait_until("a thread for each client", lambda: proxy.threads() > 1000)
    proxy.stop(how)
    assert len(proxy.log()) == 660 and proxy.not_shown("clients without a request") == 340
    assert all(line.endswith("the proxy stops") for line in proxy.log())
    for connection in clients + targets:
        connection.close()


@SIGNALS
def test_while_data_flow(proxy, how):
    """Connections with bulk data under way, both ways."""
    with Server(echo) as server, connect(proxy, server.address) as client:
        def talk():
            try:
                while True:
                    client.send(BLOCK)
                    client.read(len(BLOCK))
            except (ConnectionResetError, BrokenPipeError):
                return "reset"
        talking = Background(talk)
        wait_until("data to flow", lambda: proxy.cpu_seconds() > 0.1)
        proxy.stop(how)
        assert talking.result() == "reset"


def test_while_a_reader_takes_nothing(proxy, listener):
    """Connections that are stuck in sending, both ways. The ends are resets: nobody takes half a stream for all."""
    with connect(proxy, listener.address) as client, listener.accept() as target:
        for end in client.socket, target:
            fill(end)
        proxy.stop()
        for end in client.socket, target:
            with pytest.raises(ConnectionResetError):
                while end.recv(1 << 20):
                    pass


def test_while_connecting(start_proxy):
    """Clients whose targets do not answer."""
    proxy = start_proxy("--connect-timeout", "60")
    with never_answering() as target:
        clients = [Client(proxy) for _ in range(20)]
        waiting = [Background(client.request, CONNECT, target) for client in clients]
        wait_until("a descriptor for each target", lambda: proxy.descriptors() > 40)
        proxy.stop()
        for client in waiting:
            with pytest.raises((AssertionError, ConnectionResetError)):
                assert client.result().rep == SUCCEEDED
        for client in clients:
            client.close()


def test_while_clients_wait_for_a_place(start_proxy):
    """Clients in the queue."""
    proxy = start_proxy("--max-clients", "2")
    clients = [Client(proxy) for _ in range(10)]
    for client in clients[:2]:
        client.greet()
    proxy.stop()
    for client in clients:
        client.close()


def test_while_a_wrong_login_is_answered(start_proxy):
    """A wrong password is answered late; the end of the program does not wait for many of them in a row."""
    proxy = start_proxy("--user", "alice:secret")
    clients = [Client(proxy) for _ in range(50)]
    for client in clients:
        client.greet(2)
        client.send(b"\1\5alice\5wrong")
    proxy.stop()
    for client in clients:
        client.close()


def test_second_signal(proxy):
    """One who presses Control-C twice gets no crash."""
    with Client(proxy) as client:
        client.greet()
        proxy.process.send_signal(signal.SIGINT)
        if proxy.running():
            proxy.process.send_signal(signal.SIGINT)
        proxy.stop()


def test_nobody_can_come_any_more(proxy):
    """After the end the port is closed."""
    proxy.stop()
    with pytest.raises(ConnectionRefusedError):
        Client(proxy)


def test_closed_stdout(start_proxy, listener):
    """The reader of our output has gone, as with `plainsocks | head -1`: that is no reason to end."""
    proxy = start_proxy("--trace", stdout=subprocess.PIPE)
    ours = proxy.process.stdout
    proxy.wait_for_addresses(lambda: ours.readline().decode())
    ours.close()
    for _ in range(5):
        with connect(proxy, listener.address):
            listener.accept().close()
    os.kill(proxy.pid, signal.SIGPIPE)
    with connect(proxy, listener.address):
        listener.accept().close()
    assert proxy.running()


@pytest.mark.skipif("PLAINSOCKS_SLOW" in os.environ, reason="the thread sanitizer itself flushes stdout at the end")
@pytest.mark.skipif(COROUTINES, reason="it does not wait for the log")
def test_log_that_nobody_reads(start_proxy):
    """A reader of our output that has stopped to read, as `less` does: the proxy can be ended all the same."""
    proxy = start_proxy(stdout=subprocess.PIPE, **LEAVES_THREADS)
    proxy.harmless = [LEFT_THREADS]
    proxy.wait_for_addresses(lambda: proxy.process.stdout.readline().decode())
    idle = proxy.threads()
    for _ in range(2000):
        with Client(proxy) as client:
            client.send(b"\x04\x01")
        if proxy.threads() > idle + 20:
            break
    wait_until("threads to wait for the log", lambda: proxy.threads() > idle + 20, 30)
