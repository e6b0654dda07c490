"""A target that answers neither yes nor no: its queue is full, and it never accepts: python3 silent.py PORT"""
import signal
import socket
import sys

address = ("127.0.0.1", int(sys.argv[1]))
with socket.create_server(address, backlog=0):
    in_the_queue = []
    while True:
        in_the_queue.append(socket.socket())
        in_the_queue[-1].settimeout(0.3)
        try:
            in_the_queue[-1].connect(address)
        except socket.timeout:
            break
    print("port", address[1], "says neither yes nor no", flush=True)
    signal.pause()
