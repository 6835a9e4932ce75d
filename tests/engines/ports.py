"""Ports and secrets of the engines: chosen once, kept, so that an address stays good over a restart."""

from __future__ import annotations

import json
import random
import secrets
import socket
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.engines.description import EngineError

# Below the range from which Linux takes ports for outgoing connections (32768 and up), so that a client's connection
# cannot sit on a stopped engine's port. Source: ip(7), ip_local_port_range.
FIRST_PORT, LAST_PORT = 20000, 32000
TRIES = 200


@dataclass(frozen=True)
class Address:
    """What one engine listens on, by the port's purpose, and the password that it asks for."""

    ports: dict[str, int]
    secret: str = field(repr=False)


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def choose(purposes: Iterable[str], kept: Address | None, taken: set[int]) -> Address:
    """The kept address while all its ports are free, and a new one otherwise; never a port in `taken`.

    Raises `EngineError` when no free port is found.
    """
    wanted = tuple(purposes)
    secret = kept.secret if kept else secrets.token_hex(16)
    if kept and tuple(kept.ports) == wanted and all(is_free(port) for port in kept.ports.values()):
        return kept
    taken = set(taken)
    ports = {}
    for purpose in wanted:
        ports[purpose] = _free_port(taken)
        taken.add(ports[purpose])
    return Address(ports, secret)


def _free_port(taken: set[int]) -> int:
    for _ in range(TRIES):
        port = random.randint(FIRST_PORT, LAST_PORT)
        if port not in taken and is_free(port):
            return port
    raise EngineError(f"No free port was found between {FIRST_PORT} and {LAST_PORT}.")


def read_addresses(path: Path) -> dict[str, Address]:
    """The kept addresses by engine; none where there is no file."""
    try:
        rows = json.loads(path.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return {name: Address(**row) for name, row in rows.items()}


def write_addresses(path: Path, addresses: dict[str, Address]) -> None:
    """Keep the addresses, readable by this user alone."""
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps({name: asdict(address) for name, address in addresses.items()}, indent=1) + "\n")
    fresh.replace(path)
