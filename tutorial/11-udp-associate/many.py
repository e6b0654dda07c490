"""Sends a datagram to each of many targets through a SOCKS5 proxy. Then all of them answer: python3 many.py HOST PORT TARGETS"""
import resource
import select
import socket
import sys
import time

soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # a socket for each


def udp_socket():
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind(("127.0.0.1", 0))
    made.settimeout(10)
    return made


def come(udp, seconds):
    """How many datagrams come, until none has come for so long."""
    count = 0
    while select.select([udp], [], [], seconds)[0]:
        udp.recv(100)
        count += 1
    return count


with socket.create_connection((sys.argv[1], int(sys.argv[2])), 10) as tcp, udp_socket() as udp:
    here = socket.inet_aton("127.0.0.1")
    tcp.sendall(b"\5\1\0" + b"\5\3\0\1" + here + udp.getsockname()[1].to_bytes(2, "big"))
    octets = b""
    while len(octets) < 12:  # a method selection and a reply
        octets += tcp.recv(12 - len(octets)) or sys.exit("the proxy has closed")
    relay = socket.inet_ntoa(octets[6:10]), int.from_bytes(octets[10:], "big")
    targets = [udp_socket() for _ in range(int(sys.argv[3]))]
    for target in targets:
        udp.sendto(b"\0\0\0\1" + here + target.getsockname()[1].to_bytes(2, "big") + b"question", relay)
        _, proxy = target.recvfrom(100)
    answers = 0
    for target in targets:
        target.sendto(b"answer", proxy)
        time.sleep(0.001)
        answers += come(udp, 0)
    print(f"{len(targets)} targets asked, answers: {answers + come(udp, 0.5)}")
