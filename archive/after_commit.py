"""What is told to those outside once a transaction stands, never before; of one that fails nothing is told."""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakKeyDictionary

from sqlalchemy import Connection

_to_tell: WeakKeyDictionary[Connection, list[Callable[[], None]]] = WeakKeyDictionary()


def after_commit(connection: Connection, tell: Callable[[], None]) -> None:
    """Have `tell` called when the transaction of `Catalogue.writing` is durable. It must not raise: nothing is left to undo."""
    _to_tell.setdefault(connection, []).append(tell)


def told_so_far(connection: Connection) -> int:
    """How many wait to be told."""
    return len(_to_tell.get(connection, ()))


def forget_since(connection: Connection, told: int) -> None:
    """Called by the catalogue where what was written since `told_so_far` is taken back, and the rest stands."""
    del _to_tell.get(connection, [])[told:]


def has_committed(connection: Connection) -> None:
    """Called by the catalogue, once it has."""
    for tell in _to_tell.pop(connection, ()):
        tell()
