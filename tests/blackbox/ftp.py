"""FTP in active mode: the server connects to the client, and so a client behind a proxy needs BIND."""
import ftplib

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import DTPHandler, FTPHandler
from pyftpdlib.servers import FTPServer

from socks5 import BIND, SUCCEEDED, Client, connect
from waiting import Background


class FtpThroughSocks(ftplib.FTP):
    """The control connection by CONNECT, each data connection by BIND."""

    def __init__(self, proxy, server):
        super().__init__()
        self.proxy, self.host = proxy, server[0]
        self.sock = connect(proxy, server).socket
        self.af = self.sock.family
        self.file = self.sock.makefile("r", encoding=self.encoding)
        self.welcome = self.getresp()

    def ntransfercmd(self, cmd, rest=None):
        client = Client(self.proxy)
        reply = client.request(BIND, (self.host, 0))
        assert reply.rep == SUCCEEDED
        self.sendport(*reply.bnd)
        self.sendcmd(cmd)
        reply = client.read_reply()
        assert reply.rep == SUCCEEDED and reply.bnd[0] == self.host
        return client.socket, None


class FtpServer:
    """A real server for a folder, on a free port, as long as the context lasts. Anybody may read and write."""

    def __init__(self, folder, host="127.0.0.1", port=0):
        authorizer = DummyAuthorizer()
        authorizer.add_anonymous(str(folder), perm="elrw")
        handler = type("Handler", (FTPHandler,), {"authorizer": authorizer, "use_sendfile": False,
                                                  "dtp_handler": type("Data", (DTPHandler,), {})})
        self._server = FTPServer((host, port), handler)
        self.address = self._server.socket.getsockname()
        self._stop = False
        self._loop = Background(self._run)

    def _run(self):
        while not self._stop:
            self._server.serve_forever(timeout=0.05, blocking=False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stop = True
        self._loop.result()
        self._server.close_all()
