"""Asks speaks.py a hundred questions through the proxy, each in two pieces: python3 hundred.py PROXY TARGET"""
import socket
import statistics
import sys
import time

proxy, target = map(int, sys.argv[1:])
with socket.create_connection(("127.0.0.1", proxy)) as client:
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.sendall(b"\5\1\0" + b"\5\1\0\1\x7f\0\0\1" + target.to_bytes(2, "big"))
    client.recv(12, socket.MSG_WAITALL)
    answers = client.makefile()
    answers.readline()  # it speaks first
    times = []
    for _ in range(100):
        begin = time.monotonic()
        client.sendall(b"are you ")
        time.sleep(0.001)  # two pieces
        client.sendall(b"still there?\n")
        answers.readline()
        times.append(time.monotonic() - begin)
typical = round(1000 * statistics.median(times))
print(f"100 questions: {sum(times):.3f} s; a typical answer:", f"{typical} ms" if typical >= 10 else "at once")
