"""Says what curl says to a SOCKS5 proxy, and shows the answers.

    python3 client.py PORT_OF_PROXY PORT_OF_TARGET
"""
import socket
import sys

proxy_port, target_port = map(int, sys.argv[1:])
proxy = socket.create_connection(("127.0.0.1", proxy_port))
proxy.sendall(bytes([5, 1, 0]))
print(proxy.recv(4096).hex(" "))
proxy.sendall(bytes([5, 1, 0, 1, 127, 0, 0, 1, target_port // 256, target_port % 256]))
print(proxy.recv(4096).hex(" "))
proxy.sendall(b"GET /hello.txt HTTP/1.0\r\n\r\n")
print(proxy.recv(4096).decode().splitlines()[0])
