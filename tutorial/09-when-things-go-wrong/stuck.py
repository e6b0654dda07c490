"""A client that takes nothing, and a target that has reset: does the proxy let go of both? python3 stuck.py PORT"""
import select
import socket
import struct
import sys
import time

with socket.create_server(("127.0.0.1", 0)) as listener:
    client = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    client.sendall(b"\5\1\0" + b"\5\1\0\1\x7f\0\0\1" + listener.getsockname()[1].to_bytes(2, "big"))
    client.recv(12, socket.MSG_WAITALL)
    target, _ = listener.accept()

target.settimeout(0.5)
try:
    while True:
        target.sendall(bytes(65536))  # until all buffers on the way to the client are full
except TimeoutError:
    pass
target.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
target.close()
for _ in range(2):
    client.sendall(b"hello?")  # so that the pump which writes to the target notices
    time.sleep(0.1)

begin = time.monotonic()
gone = select.poll()
gone.register(client, select.POLLERR)
if gone.poll(5000):
    print(f"after {time.monotonic() - begin:.0f} s: let go")
else:
    print("after 5 s: still there")
