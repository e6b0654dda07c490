"""A target that answers neither yes nor no: its queue is full, and it never accepts: python3 silent.py PORT"""
import signal
import socket
import sys

address = ("127.0.0.1", int(sys.argv[1]))
with socket.create_server(address, backlog=0):
    in_the_queue = []
    while True:
        guest = socket.socket()
        guest.settimeout(0.3)
        try:
            guest.connect(address)
        except socket.timeout:
            guest.close()
            break
        in_the_queue.append(guest)
    print("port", address[1], "says neither yes nor no", flush=True)
    signal.pause()
