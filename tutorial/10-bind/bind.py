"""Asks a SOCKS5 proxy for BIND, comes itself to where the proxy waits, and says hello: python3 bind.py HOST PORT [DST]"""
import socket
import sys


def read(connection, count):
    octets = b""
    while len(octets) < count:
        try:
            octets += connection.recv(count - len(octets)) or sys.exit("the proxy has closed")
        except socket.timeout:
            sys.exit("no answer in ten seconds")
    return octets


def reply(connection):
    version, rep, _, atyp = read(connection, 4)
    if (version, atyp) != (5, 1):
        sys.exit("not a reply with an IPv4 address")
    return rep, socket.inet_ntoa(read(connection, 4)), int.from_bytes(read(connection, 2), "big")


dst = sys.argv[3] if len(sys.argv) > 3 else "127.0.0.1"
with socket.create_connection((sys.argv[1], int(sys.argv[2])), 10) as client:
    client.sendall(b"\5\1\0" + b"\5\2\0\1" + socket.inet_aton(dst) + b"\0\0")
    read(client, 2)
    rep, host, port = reply(client)
    print(f"first reply: REP {rep:02}, come to {host} port {port}")
    if rep:
        sys.exit("the proxy does not wait for anybody")
    with socket.create_connection((host, port), 10) as target:
        rep, host, port = reply(client)
        if rep:
            sys.exit(f"second reply: REP {rep:02}, nobody has come")
        print(f"second reply: REP {rep:02}, there came {host} port {port}")
        target.sendall(b"hello")
    print("the client reads:", read(client, 5).decode())
