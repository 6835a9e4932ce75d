"""A line to PostgreSQL that breaks at a moment of one's choice: within a transaction, at its commit, or right behind it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal
from urllib.parse import urlsplit

from tests.faults.between import by_way_of

When = Literal["within", "before the commit", "after the commit"]
WHENS: tuple[When, ...] = ("within", "before the commit", "after the commit")
_CHUNK_BYTES = 1 << 16
_KEPT_BYTES = 64


class Line:
    """Hands bytes on between clients and one server; `url` is the server's, by way of it.

    `within`: the statement itself does not arrive. `before the commit`: all but the commit arrives. `after the commit`:
    the commit arrives and is obeyed, and its answer is lost.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._server = (str(parts.hostname), int(parts.port or 5432))
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = by_way_of(url, self._listening.getsockname()[1])
        self._guard = threading.Lock()
        self._open: list[socket.socket] = []
        self._statement, self._when = b"", WHENS[0]
        self.breaks = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def break_at(self, statement: str, when: When) -> None:
        """Break the connection on which this statement comes next, once. All that there are end now: a statement that
        a connection prepared earlier has no words."""
        self._drop()
        self._statement, self._when = statement.encode(), when

    def close(self) -> None:
        """End every connection, and take no more."""
        self._listening.close()
        self._drop()

    def _drop(self) -> None:
        with self._guard:
            ended, self._open = self._open, []
        for one in ended:
            _end(one)

    def _listen(self) -> None:
        while True:
            try:
                client, _from = self._listening.accept()
            except OSError:
                return
            server = socket.create_connection(self._server)
            with self._guard:
                self._open += [client, server]
            _Connection(self, client, server).start()

    def take_break(self, statement_seen: bytes) -> When | None:
        """Where the awaited statement is in these bytes: when to break, and nobody else does."""
        with self._guard:
            if not self._statement or self._statement not in statement_seen:
                return None
            self._statement = b""
            self.breaks += 1
            return self._when


class _Connection:
    def __init__(self, line: Line, client: socket.socket, server: socket.socket) -> None:
        self._line, self._client, self._server = line, client, server
        self._when: When | None = None
        self._swallows = False

    def start(self) -> None:
        for target in (self._there, self._back):
            threading.Thread(target=target, daemon=True).start()

    def _there(self) -> None:
        before = b""
        with suppress(OSError):
            while chunk := self._client.recv(_CHUNK_BYTES):
                seen = before + chunk
                self._when = self._when or self._line.take_break(seen)
                if self._when == "within" or (self._when == "before the commit" and b"COMMIT" in seen):
                    break
                self._swallows = self._when == "after the commit" and b"COMMIT" in seen
                self._server.sendall(chunk)
                before = chunk[-_KEPT_BYTES:]
        self._end()

    def _back(self) -> None:
        with suppress(OSError):
            while chunk := self._server.recv(_CHUNK_BYTES):
                if self._swallows:
                    break
                self._client.sendall(chunk)
        self._end()

    def _end(self) -> None:
        _end(self._client)
        _end(self._server)


def _end(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


@contextmanager
def line_to(url: str) -> Iterator[Line]:
    """Such a line before the server in `url`."""
    line = Line(url)
    try:
        yield line
    finally:
        line.close()
