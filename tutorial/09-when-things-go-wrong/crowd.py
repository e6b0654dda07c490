"""A crowd of clients that connect and say nothing: python3 crowd.py PORT CLIENTS [SECONDS]"""
import contextlib
import itertools
import selectors
import socket
import sys
import time

port, clients = map(int, sys.argv[1:3])
connected = selectors.DefaultSelector()
for _ in range(clients):
    with contextlib.suppress(ConnectionError):  # nobody listens any more
        connected.register(socket.create_connection(("127.0.0.1", port)), selectors.EVENT_READ)

begin, before = time.monotonic(), None
for second in range(1, int(sys.argv[3]) + 1) if sys.argv[3:] else itertools.count(1):
    while (left := begin + second + 0.5 - time.monotonic()) > 0:
        for key, _ in connected.select(left):  # the server has something for a silent client: an end, or a reset
            connected.unregister(key.fileobj)
    if len(connected.get_map()) != before:
        before = len(connected.get_map())
        print(f"{second} s: {before} of {clients} are connected", flush=True)
