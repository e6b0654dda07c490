"""A thread waits in read, write or connect. What wakes it? python3 wake.py read"""
import contextlib
import os
import socket
import sys
import threading
import time


def read(ours):
    ours.recv(1)


def write(ours):
    while True:  # the peer takes nothing, so one day there is no more room
        ours.send(bytes(65536))


def connect(ours):
    ours.connect(full.getsockname())


def close(ours):
    os.close(ours.detach())


def shutdown_receive(ours):
    ours.shutdown(socket.SHUT_RD)


def shutdown_both(ours):
    ours.shutdown(socket.SHUT_RDWR)


def wait(ours):
    with contextlib.suppress(OSError):
        {"read": read, "write": write, "connect": connect}[sys.argv[1]](ours)


def seen_by(peer):
    peer.settimeout(0.3)
    try:
        return "something" if peer.recv(1) else "an end"
    except TimeoutError:
        return "nothing"


listener = socket.create_server(("127.0.0.1", 0))
full = socket.create_server(("127.0.0.1", 0), backlog=0)  # has room for one
in_the_queue = socket.create_connection(full.getsockname())

for wake in close, shutdown_receive, shutdown_both:
    ours, peer = socket.socket(), None
    if sys.argv[1] != "connect":
        ours.connect(listener.getsockname())
        peer, _ = listener.accept()
    thread = threading.Thread(target=wait, args=(ours,), daemon=True)
    thread.start()
    time.sleep(0.3)
    wake(ours)
    thread.join(0.3)
    result = "it sleeps on" if thread.is_alive() else "it wakes"
    if sys.argv[1] == "read":
        result += f", and the peer sees {seen_by(peer)}"
    print(f"{wake.__name__:17} {result}", flush=True)
os._exit(0)  # some threads are still asleep
