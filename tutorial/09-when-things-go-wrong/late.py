"""Offers a method that nobody has, sends much behind it, and sends again when the server has closed: python3 late.py HOST PORT"""
import socket
import sys
import time

with socket.create_connection((sys.argv[1], int(sys.argv[2])), 10) as client:
    client.sendall(b"\5\1\7" + bytes(1000))
    time.sleep(0.1)  # so that the server has answered, and closed
    try:
        client.sendall(bytes(1))
        print(client.recv(2).hex(" "))
    except ConnectionError as error:
        print(error.strerror)
