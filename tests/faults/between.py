"""What stands between us and a server: toxiproxy, which spoils the network, and a server that is too busy."""

from __future__ import annotations

import http.client
import json
import ssl
import threading
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from tests.on_engines import address

_SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"


@dataclass(frozen=True)
class Network:
    """A proxy of toxiproxy before one server; `url` is the server's, by way of it."""

    url: str
    _control: str

    def spoil(self, kind: str, stream: str = "downstream", **attributes: int) -> None:
        """Add a toxic, e.g. `latency` (latency ms), `limit_data` (bytes a connection), `reset_peer`. Both streams may have one."""
        body = {"name": f"{kind}-{stream}", "type": kind, "stream": stream, "attributes": attributes}
        _ask(f"{self._control}/toxics", "POST", body)

    def mend(self) -> None:
        """Take every toxic away."""
        for toxic in _ask(f"{self._control}/toxics", "GET"):
            _ask(f"{self._control}/toxics/{toxic['name']}", "DELETE")

    def cut(self) -> None:
        """Refuse connections and end those there are."""
        _ask(self._control, "POST", {"enabled": False})

    def join(self) -> None:
        """Let connections through again."""
        _ask(self._control, "POST", {"enabled": True})


@contextmanager
def network_before(url: str) -> Iterator[Network]:
    """A proxy before the server in `url`."""
    parts, toxiproxy = urlsplit(url), address("toxiproxy")
    name = f"dossier-{uuid.uuid4().hex[:12]}"
    upstream = f"{parts.hostname}:{parts.port}"
    made = _ask(f"{toxiproxy}/proxies", "POST", {"name": name, "listen": "127.0.0.1:0", "upstream": upstream})
    port = int(made["listen"].rpartition(":")[2])
    try:
        yield Network(by_way_of(url, port), f"{toxiproxy}/proxies/{name}")
    finally:
        _ask(f"{toxiproxy}/proxies/{name}", "DELETE")


@dataclass
class Busy:
    """A server that lets so many requests through, answers 503 SlowDown to the next `refusals`, and hands the others on."""

    url: str
    let_through: int = 0
    refusals: int = 0
    refused: int = 0


@contextmanager
def busy_server(url: str, tls: ssl.SSLContext | None = None) -> Iterator[Busy]:
    """Such a server before the one in `url`; with `tls` it speaks HTTPS."""
    parts, busy = urlsplit(url), Busy(url)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if busy.let_through > 0:
                busy.let_through -= 1
            elif busy.refusals > 0:
                busy.refusals -= 1
                busy.refused += 1
                self._send(503, {"Content-Type": "application/xml", "Retry-After": "120"}, _SLOW_DOWN)
                return
            behind = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
            behind.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                behind.putheader(name, value)
            behind.endheaders(body)
            answer = behind.getresponse()
            self._send(answer.status, dict(answer.getheaders()), answer.read())
            behind.close()

        def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response_only(status)
            for name, value in headers.items():
                if name.lower() not in {"connection", "transfer-encoding"} | ({"content-length"} if body else set()):
                    self.send_header(name, value)
            if body:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _answer  # noqa: N815 http.server's names

        def log_message(self, *told: Any) -> None:
            """Silence."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        busy.url = by_way_of(url, server.server_port)
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
            busy.url = busy.url.replace("s3+http:", "s3+https:", 1)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield busy
        finally:
            server.shutdown()
            thread.join()


def by_way_of(url: str, port: int) -> str:
    """The same address, but for this port of our own machine."""
    parts = urlsplit(url)
    login = parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{port}" if login else f"127.0.0.1:{port}"))


def _ask(url: str, method: str, body: dict[str, Any] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        told = answer.read()
    return json.loads(told) if told else None
