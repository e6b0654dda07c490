"""What becomes of two sends, and of one long one, on their way to another program of the same machine."""
import os
import socket

ROUNDS = 300
listener = socket.create_server(("127.0.0.1", 0))

if os.fork() == 0:  # from here on there are two programs, and this one sends
    with socket.create_connection(listener.getsockname()) as sender:
        sender.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # each send at once
        for _ in range(ROUNDS):
            sender.send(b"one")
            sender.send(b"two")
            sender.recv(1)  # the other side is ready for the next round
        sender.sendall(bytes(200_000))
    os._exit(0)

receiver, _ = listener.accept()
as_one = 0
for _ in range(ROUNDS):
    came = receiver.recv(100)
    as_one += came == b"onetwo"
    while len(came) < 6:
        came += receiver.recv(100)
    receiver.send(b".")
pieces = 0
while receiver.recv(1_000_000):
    pieces += 1
print(f"two sends: {as_one} of {ROUNDS} times one recv brought both")
print(f"one send of 200000 bytes: it took {pieces} recvs")
