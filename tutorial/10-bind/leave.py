"""Asks a SOCKS5 proxy for BIND, and leaves. How long does the proxy wait for the peer of a client that has gone?

    python3 leave.py HOST PORT [WORDS to say before]
"""
import socket
import sys
import time

with socket.create_connection((sys.argv[1], int(sys.argv[2])), 3) as client:
    client.sendall(b"\5\1\0" + b"\5\2\0\1" + socket.inet_aton("127.0.0.9") + b"\0\0")
    octets = b""
    while len(octets) < 12:  # a method selection and a reply
        octets += client.recv(12 - len(octets)) or sys.exit("the proxy has closed")
    client.sendall(" ".join(sys.argv[3:]).encode())
where = socket.inet_ntoa(octets[6:10]), int.from_bytes(octets[10:], "big")

for _ in range(30):
    time.sleep(0.1)
    try:
        socket.create_connection(where, 3).close()  # from 127.0.0.1, so it is a stranger
    except ConnectionRefusedError:
        print("the client has left, and nobody waits any more")
        break
else:
    print("the client has left, and three seconds later the proxy still waits for its peer")
