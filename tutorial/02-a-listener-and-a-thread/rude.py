"""Connects, and leaves without a word, by a reset.

    python3 rude.py PORT
"""
import socket
import struct
import sys

client = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
client.close()
