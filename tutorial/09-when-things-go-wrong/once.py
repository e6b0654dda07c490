"""The peer has reset the connection. What does the system say, if it is asked twice? python3 once.py"""
import socket
import struct
import time

with socket.create_server(("127.0.0.1", 0)) as listener:
    ours = socket.create_connection(listener.getsockname())
    peer, _ = listener.accept()
peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
peer.close()
time.sleep(0.1)

for ask in (lambda: ours.recv(1), lambda: ours.recv(1), ours.getpeername):
    try:
        print(ask())
    except OSError as error:
        print(error.strerror)
