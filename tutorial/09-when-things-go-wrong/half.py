"""A web server that resets the connection in the middle of a page: python3 half.py PORT

/length says how long the page was to be, and /later takes ten seconds to break off."""
import socket
import struct
import sys
import threading
import time


def serve(client):
    request = client.recv(4096)
    length = b"Content-Length: 32\r\n" if b" /length" in request else b""
    client.sendall(b"HTTP/1.0 200 OK\r\n" + length + b"\r\nthe first half\n")
    time.sleep(10 if b" /later" in request else 0.5)  # so that this arrives before the reset does
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as listener:
    while True:
        threading.Thread(target=serve, args=listener.accept()[:1], daemon=True).start()
