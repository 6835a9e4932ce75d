"""Numbers are gapless by branch, register and year: each up to the counter was given, or is void with a reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import Column, Connection, select

from archive.numbers import REGISTERS, prefix
from archive.problems import Problem
from archive.schema import arrival, case, counter, document, number_void

_GIVEN: dict[str, Column[str]] = {
    "receipt": arrival.c.receipt_number,
    "incoming": document.c.registration_number,
    "case": case.c.number,
}
_NAMED_A_REGISTER = 20


def gaps(connection: Connection) -> Iterator[Problem]:
    """Numbers that were given and name nothing, and numbers that no counter gave."""
    void = _read(connection, number_void.c.number)
    for register in REGISTERS:
        given = _read(connection, _GIVEN[register])
        counters = connection.execute(select(counter).where(counter.c.register == register)).all()
        for row in counters:
            start = prefix(row.branch, register, row.year)
            taken = given.pop(start, set())
            yield from _missing(start, row.last, taken | void.get(start, set()))
            yield from _beyond(start, (number for number in taken if not 1 <= number <= row.last))
        for start, numbers in given.items():
            yield from _beyond(start, numbers)


def _read(connection: Connection, column: Column[str]) -> dict[str, set[int]]:
    """Prefix → the numbers under it."""
    found: dict[str, set[int]] = defaultdict(set)
    for number in connection.execute(select(column).where(column.is_not(None))).scalars():
        start, _, last = number.rpartition("-")
        found[start + "-"].add(int(last) if last.isdecimal() else 0)
    return found


def _missing(start: str, last: int, taken: set[int]) -> Iterator[Problem]:
    if len(taken) >= last and taken >= set(range(1, last + 1)):
        return
    missing = [number for number in range(1, last + 1) if number not in taken]
    for number in missing[:_NAMED_A_REGISTER]:
        words = "the number was given and names nothing: a row was removed, or the number must be voided with a reason"
        yield Problem("number_missing", f"number:{start}{number:07d}", words)
    if len(missing) > _NAMED_A_REGISTER:
        yield Problem("number_missing", f"number:{start}", f"{len(missing)} numbers name nothing; the first are listed")


def _beyond(start: str, numbers: Iterator[int] | set[int]) -> Iterator[Problem]:
    for number in sorted(numbers)[:_NAMED_A_REGISTER]:
        words = "the number stands beyond its counter: a row was entered past the register, or the counter was set back"
        yield Problem("number_beyond", f"number:{start}{number:07d}", words)
