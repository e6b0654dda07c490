"""Asks the proxy for a name and a port there, and then for a page: python3 ask.py PROXY-PORT NAME PORT [VER CMD RSV]"""
import socket
import sys

proxy, name, port, *head = sys.argv[1:]
letters = name.replace("\\0", "\0").replace("\\n", "\n").encode()
request = bytes([*map(int, head or (5, 1, 0)), 3, len(letters)]) + letters + int(port).to_bytes(2, "big")

with socket.create_connection(("127.0.0.1", int(proxy))) as client, client.makefile("rb") as answers:
    client.sendall(bytes([5, 1, 0]))
    answers.read(2)
    client.sendall(request)
    try:
        reply = answers.read(10)
    except ConnectionError:
        reply = b""
    print(reply.hex(" ") or "no reply")
    if reply.startswith(bytes([5, 0])):
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        print(answers.readline().decode().strip())
