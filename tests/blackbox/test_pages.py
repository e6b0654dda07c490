"""What the pages show is what the program shows."""
import http.server
import os
import re
import socket
import subprocess
import sys
import threading
from pathlib import Path

from waiting import wait_until

PAGE = Path(__file__).parents[2] / "tutorial" / "trace.md"


def blocks(language):
    """The blocks of the page in this language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


def masked(text):
    """Without what differs from run to run: ports, their octets, times, what an HTTP server says of itself."""
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "TIME", text)
    text = re.sub(r"\d+\.\d{3} s", "SECONDS", text)
    text = re.sub(r"\d+ octets (up|down)", r"N octets \1", text)
    text = re.sub(r"[0-9a-f]{2} [0-9a-f]{2}( +)(DST|BND).PORT  \d+", r"PORT\1\2.PORT", text)
    return re.sub(r"(localhost|127\.0\.0\.1|\b0):\d+", r"\1:PORT", text)


def wait_for_trace(proxy, expected):
    """The same trace as on the page, apart from what differs from run to run."""
    wait_until("the line of the client", lambda: proxy.log(), 10)
    assert masked(proxy.stdout()) == masked(expected)


def test_connect_with_login(start_proxy):
    """The first conversation of tutorial/trace.md, with its own command."""
    proxy = start_proxy("--trace", "--user", "alice:secret")
    web = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    command = next(line for line in blocks("console")[0].splitlines() if line.startswith("$ curl"))
    command = command.removeprefix("$ ").replace(":10800", f":{proxy.address[1]}").replace(":8000", f":{web.server_port}")
    try:
        subprocess.run(command.split(), check=True, stdout=subprocess.DEVNULL, timeout=30)
    finally:
        web.shutdown()
        web.server_close()
    wait_for_trace(proxy, blocks("trace")[0])


def test_udp(start_proxy):
    """The second, with the program that is printed there."""
    proxy = start_proxy("--trace")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = blocks("python")[0].replace("10800", str(proxy.address[1])).replace("5353", str(port))
    subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.DEVNULL, timeout=30, cwd=os.sep)
    wait_for_trace(proxy, blocks("trace")[1])
