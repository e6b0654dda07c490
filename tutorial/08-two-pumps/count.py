"""Counts what each client sends, and says so when the client has sent its end, after some seconds of thought if you like:

    python3 count.py PORT [SECONDS]
"""
import contextlib
import socketserver
import sys
import time

seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 0


class Count(socketserver.BaseRequestHandler):
    def handle(self):
        with contextlib.suppress(ConnectionError):  # a client that breaks off is no reason to end
            count = 0
            while octets := self.request.recv(4096):
                count += len(octets)
            time.sleep(seconds)
            self.request.sendall(f"{count} octets\n".encode())


socketserver.ThreadingTCPServer.allow_reuse_address = True
with socketserver.ThreadingTCPServer(("127.0.0.1", int(sys.argv[1])), Count) as server:
    server.serve_forever()
