"""Asks a SOCKS5 proxy for BIND, goes itself to where the proxy waits, and both ends say something.

    python3 bind.py HOST PORT [DST]
"""
import select
import socket
import sys
import time


def read(connection, count):
    octets = b""
    while len(octets) < count:
        try:
            octets += connection.recv(count - len(octets)) or sys.exit("the proxy has closed")
        except socket.timeout:
            sys.exit("no answer in three seconds")
    return octets


def reply(connection):
    version, rep, _, atyp = read(connection, 4)
    if (version, atyp) != (5, 1):
        sys.exit("not a reply with an IPv4 address")
    return rep, socket.inet_ntoa(read(connection, 4)), int.from_bytes(read(connection, 2), "big")


def has_ended(connection, other):
    """The first thing that comes on one of them is the end of this one."""
    readable = select.select([connection, other], [], [], 3)[0]
    return connection in readable and not connection.recv(1, socket.MSG_PEEK)


dst = sys.argv[3] if len(sys.argv) > 3 else "127.0.0.1"
with socket.create_connection((sys.argv[1], int(sys.argv[2])), 3) as client:
    client.sendall(b"\5\1\0" + b"\5\2\0\1" + socket.inet_aton(dst) + b"\0\0")
    read(client, 2)
    rep, host, port = reply(client)
    print(f"first reply: REP {rep:02}, come to {host} port {port}")
    if rep:
        sys.exit("the proxy does not wait for anybody")
    client.sendall(b"I was early")
    time.sleep(0.3)
    with socket.create_connection((host, port), 3) as target:
        if has_ended(target, client):
            sys.exit("the proxy has hung up on whoever came")
        rep, host, port = reply(client)
        print(f"second reply: REP {rep:02}, there came {host} port {port}")
        print("the target reads:", target.recv(100).decode())
        target.sendall(b"hello")
        print("the client reads:", read(client, 5).decode())
