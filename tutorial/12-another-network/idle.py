"""Connects so many clients to a target through the proxy, lets them all be silent, and says what that costs the server.

    python3 idle.py PORT CLIENTS
"""
import re
import socket
import subprocess
import sys

port, count = map(int, sys.argv[1:])
target = socket.create_server(("127.0.0.1", 0), backlog=count)
clients, targets = [], []
for _ in range(count):
    client = socket.create_connection(("127.0.0.1", port))
    client.sendall(b"\5\1\0")
    client.recv(2)
    client.sendall(b"\5\1\0\1\x7f\0\0\1" + target.getsockname()[1].to_bytes(2, "big"))
    client.recv(10)
    clients.append(client)
    targets.append(target.accept()[0])

listening = subprocess.run(["ss", "-tlnp", f"sport = :{port}"], capture_output=True, text=True, check=True).stdout
status = open(f"/proc/{re.search('pid=([0-9]+)', listening)[1]}/status", encoding="ascii").read()
threads = re.search(r"Threads:\s+(\d+)", status)[1]
memory = int(re.search(r"VmRSS:\s+(\d+)", status)[1]) // 1024
print(f"{count} silent clients: {threads} threads, {memory} MiB")
