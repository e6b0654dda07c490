"""Clients at every stage of a session. As a program: the same in a process of its own, which can be killed."""
import socket
import subprocess
import sys
import types

from socks5 import (BIND, CONNECT, SUCCEEDED, UDP_ASSOCIATE, UNSPECIFIED, Client, connect, datagram, greeting, request)
from targets import UdpSocket


def clients_at_every_stage(proxy, target, dead_target):
    """`target` accepts and says nothing, `dead_target` does not even accept."""
    def client(*conversation):
        made = Client(proxy)
        for octets in conversation:
            made.send(octets)
        return made

    def requested(cmd, where):
        made = Client(proxy)
        assert made.request(cmd, where).rep == SUCCEEDED
        return made

    def sending():
        made = connect(proxy, target)
        made.socket.setblocking(False)
        made.socket.send(bytes(1 << 20))
        return made

    def half_closed():
        made = connect(proxy, target)
        made.half_close()
        return made

    def associated():
        made = Client(proxy)
        relay = made.request(UDP_ASSOCIATE, UNSPECIFIED).bnd
        with UdpSocket(make=proxy.socket) as ours:
            for _ in range(3):
                ours.send(datagram(*ours.address, b"to myself"), relay)
                ours.receive()
        return made

    hello = greeting(0)
    return [client(), client(hello[:1]), client(hello), client(hello, request(CONNECT, *target)[:7]),
            client(hello, request(CONNECT, *dead_target)), client(hello, request(CONNECT, *dead_target), b"early"),
            requested(BIND, UNSPECIFIED), requested(UDP_ASSOCIATE, UNSPECIFIED), associated(),
            connect(proxy, target), half_closed(), sending()]


class ClientProcess:
    """Clients at every stage in a process of their own."""

    def __init__(self, proxy, target, dead_target):
        ports = [str(port) for _, port in (proxy.address, target, dead_target)]
        self.process = subprocess.Popen([sys.executable, "-B", "stages.py", *ports], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "there\n"

    def wait_for_end(self):
        assert self.process.stdout.readline() == "ended\n"

    def kill(self):
        """SIGKILL."""
        with self.process:
            self.process.kill()


def main(proxy_port, target_port, dead_port):
    """Says when all are where they shall be, and again when they have seen an end."""
    proxy = types.SimpleNamespace(addresses=[("127.0.0.1", int(proxy_port))], socket=socket.socket, user=())
    clients = clients_at_every_stage(proxy, ("127.0.0.1", int(target_port)), ("127.0.0.1", int(dead_port)))
    print("there", flush=True)
    for client in clients:
        client.wait_for_end()
    print("ended", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
