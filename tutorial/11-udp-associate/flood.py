"""Sends many datagrams through a SOCKS5 proxy as fast as it can, and counts those that reach the target.

    python3 flood.py HOST PORT DATAGRAMS
"""
import socket
import sys
import threading

count = int(sys.argv[3])
client, target = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
for made in client, target:
    made.bind(("127.0.0.1", 0))
target.settimeout(1)
arrived = []


def listen():
    try:
        while len(arrived) < count:
            arrived.append(target.recv(2000))
    except socket.timeout:
        pass  # no more will come


with socket.create_connection((sys.argv[1], int(sys.argv[2])), 10) as tcp:
    here = socket.inet_aton("127.0.0.1")
    tcp.sendall(b"\5\1\0" + b"\5\3\0\1" + here + client.getsockname()[1].to_bytes(2, "big"))
    octets = b""
    while len(octets) < 12:  # a method selection and a reply
        octets += tcp.recv(12 - len(octets)) or sys.exit("the proxy has closed")
    relay = socket.inet_ntoa(octets[6:10]), int.from_bytes(octets[10:], "big")
    listener = threading.Thread(target=listen)
    listener.start()
    header = b"\0\0\0\1" + here + target.getsockname()[1].to_bytes(2, "big")
    for _ in range(count):
        client.sendto(header + bytes(1000), relay)
    listener.join()
print(f"{count} datagrams sent, {len(arrived)} have arrived")
