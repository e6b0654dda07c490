"""A target that speaks first, as mail servers do, and then answers each line: python3 speaks.py PORT"""
import contextlib
import socketserver
import sys


class Talk(socketserver.StreamRequestHandler):
    def handle(self):
        with contextlib.suppress(ConnectionError):  # a client that breaks off is no reason to end
            self.wfile.write(b"220 hello, who is there?\n")
            for line in self.rfile:
                if line.strip() == b"QUIT":
                    self.wfile.write(b"221 goodbye\n")
                    break
                self.wfile.write(b"250 go on\n")


socketserver.ThreadingTCPServer.allow_reuse_address = True
with socketserver.ThreadingTCPServer(("127.0.0.1", int(sys.argv[1])), Talk) as server:
    server.serve_forever()
