"""300 wrong guesses of alice's password, over 300 connections at once: guess.py PROXY-PORT"""
import socket
import sys
import time

begin = time.monotonic()
clients = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for _ in range(300)]
for number, client in enumerate(clients):
    client.sendall(b"\5\1\2" + b"\1\5alice\3%03d" % number)  # greeting and login in one go
answers = [client.recv(4, socket.MSG_WAITALL) for client in clients]
print(f"{answers.count(bytes([5, 2, 1, 1]))} guesses in {time.monotonic() - begin:.2f} seconds")
