"""A client that sends greeting and request in pieces of N bytes: pieces.py PROXY-PORT TARGET-PORT N"""
import socket
import sys
import time

proxy, target, n = map(int, sys.argv[1:])
handshake = b"\5\1\0" + b"\5\1\0\1\x7f\0\0\1" + target.to_bytes(2, "big")
question = b"GET / HTTP/1.0\r\n\r\n"

pieces = [handshake[at:at + n] for at in range(0, len(handshake), n)]
if len(pieces[-1]) < n:
    pieces[-1] += question  # it has room for more
else:
    pieces.append(question)

client = socket.create_connection(("127.0.0.1", proxy))
client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # each piece at once
client.settimeout(2)
answer, end = b"", ""
try:
    for piece in pieces:
        client.send(piece)
        time.sleep(0.05)
    while more := client.recv(4096):
        answer += more
except TimeoutError:
    end = "and then silence"
except OSError as error:
    end = error.strerror
page = answer[12:].split(b"\r\n")[0].decode()
print(" | ".join(filter(None, [answer[:2].hex(" "), answer[2:12].hex(" "), page, end])))
