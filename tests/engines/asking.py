"""Questions over HTTP and bare sockets, asked to learn whether a server works. Every failure is "not ready yet"."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.engines.description import NotReadyError

TIMEOUT_S = 6.0


def over_http(
    port: int, path: str, method: str = "GET", body: bytes = b"", headers: Mapping[str, str] | None = None
) -> tuple[int, bytes]:
    """Status and body of one request to 127.0.0.1. Raises `NotReadyError` where no answer comes."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    try:
        connection.request(method, path, body=body or None, headers=dict(headers or {}))
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException) as failure:
        raise NotReadyError(f"{method} {path}: {failure}") from failure
    finally:
        connection.close()


def json_over_http(port: int, path: str) -> Any:
    """The JSON that a server answers with status 200. Raises `NotReadyError` for anything else."""
    status, body = over_http(port, path)
    if status != 200:
        raise NotReadyError(f"GET {path}: status {status}")
    try:
        return json.loads(body)
    except json.JSONDecodeError as failure:
        raise NotReadyError(f"GET {path}: no JSON") from failure


def search_server(port: int) -> str:
    """The version of an Elasticsearch or OpenSearch whose shards are there: its port opens before they are."""
    version = str(json_over_http(port, "/")["version"]["number"])
    health = json_over_http(port, "/_cluster/health?wait_for_status=yellow&timeout=1s")
    if health["timed_out"] or health["status"] not in ("yellow", "green"):
        raise NotReadyError(f"the cluster is {health['status']}")
    return version


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    """A connection to 127.0.0.1. Raises `NotReadyError` when it cannot be made or breaks inside the block."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S) as connection:
            yield connection
    except OSError as failure:
        raise NotReadyError(str(failure)) from failure


def read_exactly(connection: socket.socket, size_bytes: int) -> bytes:
    """That many bytes. Raises `NotReadyError` when the other side closes before."""
    received = b""
    while len(received) < size_bytes:
        part = connection.recv(size_bytes - len(received))
        if not part:
            raise NotReadyError("the server closed the connection")
        received += part
    return received
