"""What is told to those outside once a transaction stands, never before; of one that fails nothing is told."""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakKeyDictionary

from sqlalchemy import Connection

_to_tell: WeakKeyDictionary[Connection, list[Callable[[], None]]] = WeakKeyDictionary()


def after_commit(connection: Connection, tell: Callable[[], None]) -> None:
    """Have `tell` called when the transaction of `Catalogue.writing` is durable. It must not raise: nothing is left to undo."""
    _to_tell.setdefault(connection, []).append(tell)


def has_committed(connection: Connection) -> None:
    """Called by the catalogue, once it has."""
    for tell in _to_tell.pop(connection, ()):
        tell()
