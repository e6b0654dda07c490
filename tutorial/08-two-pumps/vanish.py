"""A client that vanishes in the middle of a conversation with a target, and then looks what the proxy still does for it:

    python3 vanish.py PROXY TARGET
"""
import os
import re
import socket
import struct
import subprocess
import sys
import time

proxy, target = map(int, sys.argv[1:])


def threads():
    """How many the proxy has."""
    listening = subprocess.run(["ss", "-tlnp", f"sport = :{proxy}"], capture_output=True, text=True, check=True).stdout
    return len(os.listdir(f"/proc/{re.search('pid=([0-9]+)', listening)[1]}/task"))


before = threads()
with socket.create_connection(("127.0.0.1", proxy)) as client:
    client.sendall(b"\5\1\0" + b"\5\1\0\1\x7f\0\0\1" + target.to_bytes(2, "big"))
    client.recv(12, socket.MSG_WAITALL)
    client.sendall(b"hello")
    time.sleep(0.5)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # no end, but a reset
time.sleep(0.5)
print("threads that work for a client who is gone:", threads() - before)
