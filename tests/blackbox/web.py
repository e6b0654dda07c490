"""A web server: a page, and bulk down and up compared by hash."""
import hashlib
import http.server
import socket
import threading

from targets import BLOCK

PAGE = b"It works.\n"


class Handler(http.server.BaseHTTPRequestHandler):
    """GET / is a page, GET /OCTETS that many octets, PUT answers with the hash of what came."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        left = int(self.path[1:] or 0)
        self.answer(left or len(PAGE))
        if not left:
            self.wfile.write(PAGE)
        while left > 0:
            block = BLOCK[:left]
            self.wfile.write(block)
            left -= len(block)

    def do_PUT(self):
        digest, left = hashlib.sha256(), int(self.headers["Content-Length"])
        while left > 0:
            block = self.rfile.read(min(left, len(BLOCK)))
            digest.update(block)
            left -= len(block)
        self.answer(64)
        self.wfile.write(digest.hexdigest().encode())

    def answer(self, length):
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, *_):
        pass


class WebServer(http.server.ThreadingHTTPServer):
    """On the given address, on a free port if none is given, as long as the context lasts."""

    def __init__(self, host="127.0.0.1", port=0):
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), Handler)
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"
        self.loop = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self.loop.start()

    @property
    def port(self):
        return self.server_address[1]

    def server_bind(self):
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()

    def __exit__(self, *arguments):
        self.shutdown()
        self.loop.join()
        super().__exit__(*arguments)
