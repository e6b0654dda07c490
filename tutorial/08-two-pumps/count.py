"""Counts what each client sends, and says so when the client has sent its end: python3 count.py 7777"""
import contextlib
import socket
import sys

with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as listener:
    while True:
        client, _ = listener.accept()
        with client, contextlib.suppress(ConnectionError):  # a client that breaks off is no reason to end
            count = 0
            while octets := client.recv(4096):
                count += len(octets)
            client.sendall(f"{count} octets\n".encode())
