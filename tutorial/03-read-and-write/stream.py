"""What becomes of two sends, and of one long one, on their way to another program on the same machine."""
import socket
import subprocess
import sys

ROUNDS = 300


def send(port):
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # each send at once
        for _ in range(ROUNDS):
            connection.send(b"one")
            connection.send(b"two")
            connection.recv(1)  # the other side is ready for the next round
        connection.sendall(bytes(200_000))


def receive(connection):
    as_one = 0
    for _ in range(ROUNDS):
        came = connection.recv(100)
        as_one += came == b"onetwo"
        while len(came) < 6:
            came += connection.recv(100)
        connection.send(b".")
    print(f"two sends: {as_one} of {ROUNDS} times one recv brought both")
    recvs = 0
    while connection.recv(1_000_000):
        recvs += 1
    print(f"one send of 200000 bytes: it took {recvs} recvs")


if len(sys.argv) > 1:
    send(int(sys.argv[1]))
else:
    listener = socket.create_server(("127.0.0.1", 0))
    subprocess.Popen([sys.executable, __file__, str(listener.getsockname()[1])])
    receive(listener.accept()[0])
