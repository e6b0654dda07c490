"""A web server that breaks off in the middle of its answer: python3 reset.py PORT"""
import socket
import struct
import sys
import time

with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as listener:
    while True:
        client, _ = listener.accept()
        client.recv(4096)
        client.sendall(b"HTTP/1.0 200 OK\r\n\r\nthe first half\n")
        time.sleep(0.5)  # so that this arrives before the reset does
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
