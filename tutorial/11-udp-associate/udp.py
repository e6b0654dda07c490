"""Sends a datagram through a SOCKS5 proxy to a target that answers in capitals: python3 udp.py HOST PORT [FRAG]"""
import socket
import sys


def read(connection, count):
    octets = b""
    while len(octets) < count:
        octets += connection.recv(count - len(octets)) or sys.exit("the proxy has closed")
    return octets


def udp_socket():
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind(("127.0.0.1", 0))
    made.settimeout(2)
    return made


with socket.create_connection((sys.argv[1], int(sys.argv[2])), 10) as tcp, udp_socket() as udp, udp_socket() as target:
    port = udp.getsockname()[1].to_bytes(2, "big")
    tcp.sendall(b"\5\1\0" + b"\5\3\0\1" + socket.inet_aton("127.0.0.1") + port)
    read(tcp, 2)
    _, rep, _, _ = read(tcp, 4)
    relay = socket.inet_ntoa(read(tcp, 4)), int.from_bytes(read(tcp, 2), "big")
    print(f"reply: REP {rep:02}, datagrams to {relay[0]} port {relay[1]}")
    if rep:
        sys.exit("the proxy takes no datagrams")

    host, port = target.getsockname()
    frag = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    header = bytes([0, 0, frag, 1]) + socket.inet_aton(host) + port.to_bytes(2, "big")
    udp.sendto(header + b"hello", relay)
    print("client sends:", (header + b"hello").hex(" "))
    try:
        who = "target"
        octets, proxy = target.recvfrom(100)
        print("target gets: ", octets.hex(" "))
        target.sendto(octets.upper(), proxy)
        who = "client"
        print("client gets: ", udp.recv(100).hex(" "))
    except socket.timeout:
        sys.exit(f"{who} gets:  nothing")
