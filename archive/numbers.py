"""Short readable numbers, gapless by branch, register and year of the branch's own clock.

The counter's row is changed in the caller's business transaction, so a number exists exactly when the thing it names
does: no gap is left by a crash, and the database's own lock on the row keeps many writers apart. A number is never
used again; one given in error is voided with a reason.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

from sqlalchemy import Connection, delete, insert, select

from archive.clock import utc_now
from archive.schema import counter, number_void
from archive.upserting import upsert

Register = Literal["receipt", "incoming", "case"]
_PREFIX: dict[Register, str] = {"receipt": "R", "incoming": "IN", "case": "C"}
REGISTERS: tuple[Register, ...] = tuple(_PREFIX)

CASE_NUMBER = r"\b[CСcс]-[0-9A-Za-zА-Яа-я]{1,12}-20\d{2}-\d{7}\b"
"""The shape of a case number, also where a sender wrote it with a Cyrillic С or in small letters."""


def next_number(connection: Connection, branch: str, register: Register, year: int) -> str:
    """The next number, e.g. `IN-63-2026-0000017`. Only inside the transaction that makes the thing it names."""
    return next_numbers(connection, branch, register, year, 1)[0]


def next_numbers(connection: Connection, branch: str, register: Register, year: int, count: int) -> list[str]:
    """The next numbers, in order; of as many things as the transaction makes."""
    row = {"branch": branch, "register": register, "year": year, "last": count}
    last = connection.execute(_next(connection.dialect.name), row).scalar_one()
    return [f"{prefix(branch, register, year)}{number:07d}" for number in range(last - count + 1, last + 1)]


@cache
def _next(dialect: str) -> Any:
    """The statement, put together once: to do so costs several times what the database takes to run it."""
    statement = upsert(dialect, counter)
    further = {"last": counter.c.last + statement.excluded.last}
    key = [counter.c.branch, counter.c.register, counter.c.year]
    return statement.on_conflict_do_update(index_elements=key, set_=further).returning(counter.c.last)


def prefix(branch: str, register: Register, year: int) -> str:
    """What all numbers of one register of one branch and year begin with, e.g. `IN-63-2026-`."""
    return f"{_PREFIX[register]}-{branch}-{year}-"


def void(connection: Connection, number: str, reason: str, actor: str) -> None:
    """Say that a number names nothing, and why. It stays taken."""
    connection.execute(insert(number_void).values(number=number, reason=reason, actor=actor, at=utc_now()))


def take_void_back(connection: Connection, number: str) -> None:
    """Say that a number names what it named before it was void: only for the undoing of what voided it."""
    connection.execute(delete(number_void).where(number_void.c.number == number))


def voided(connection: Connection, number: str) -> str | None:
    """Why a number is void; None where it is not."""
    return connection.execute(select(number_void.c.reason).where(number_void.c.number == number)).scalar()


def plain_case_number(text: str) -> str:
    """A case number as we write it, from one in the shape of `CASE_NUMBER`."""
    return "C" + text[1:].upper()
