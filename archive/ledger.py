"""The receipt ledger: is everything that was received accounted for?

Two balances for each channel, branch and day: arrivals received = opened + rejected whole + waiting, with pages in =
pages in letters + separators + blanks; letters = filed + review + rejected + duplicate + in work. What was received
again stands beside. The lists behind the numbers are `archive.showing.lists` and `received_again_list`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, and_, case, exists, func, or_, select, true

from archive.access import Access
from archive.schema import arrival, document, received_again
from archive.sentences import Sentence, Told, say
from archive.showing import visible

_LETTER_STATES = {
    "filed": "filed",
    "review": "review",
    "rejected": "rejected",
    "duplicate": "duplicate",
    "work": "in_work",
}
_ARRIVAL_STATES = {"opened": "opened", "rejected": "rejected_whole", "waiting": "waiting"}


@dataclass(frozen=True, slots=True)
class Period:
    """Which days (ISO dates, both inclusive; '' = no end), branch and channel ('' = all)."""

    since: str = ""
    until: str = ""
    branch: str = ""
    channel: str = ""


@dataclass(slots=True)
class LedgerRow:
    """One channel of one branch on one day of the branch's own clock.

    Letter counts are of those that the asker may see; `faults` (empty = balanced) are worked out over all.
    """

    day: str
    branch: str
    channel: str
    received: int = 0
    opened: int = 0
    rejected_whole: int = 0
    waiting: int = 0
    pages_in: int = 0
    pages_in_letters: int = 0
    separators: int = 0
    blanks: int = 0
    letters: int = 0
    filed: int = 0
    review: int = 0
    rejected: int = 0
    duplicate: int = 0
    in_work: int = 0
    received_again: int = 0
    letters_unsettled: int = field(default=0, repr=False)
    """Letters in a state that is none of ours, seen or not."""
    opened_empty: int = 0
    """Arrivals that were opened, have no page, and gave no letter: something was lost."""

    @property
    def faults(self) -> Told:
        """What does not balance, in words; empty where everything is accounted for."""
        found: list[Sentence] = []
        known = self.opened + self.rejected_whole + self.waiting
        if self.received != known:
            found.append(say("{received} arrivals, of which {known} in a state", received=self.received, known=known))
        accounted = self.pages_in_letters + self.separators + self.blanks
        if self.pages_in != accounted:
            came = self.pages_in
            found.append(
                say("{came} pages came in, {known} are in letters, separators or blanks", came=came, known=accounted)
            )
        if self.letters_unsettled:
            found.append(say("{letters} letters are in no state", letters=self.letters_unsettled))
        if self.opened_empty:
            found.append(say("{arrivals} opened arrivals gave no letter", arrivals=self.opened_empty))
        return tuple(found)

    @property
    def balanced(self) -> bool:
        """Whether everything is accounted for."""
        return not self.faults


def balance(connection: Connection, access: Access, period: Period = Period()) -> list[LedgerRow]:
    """The ledger's rows that the asker may see: newest day first, then by branch and channel."""
    rows = _Rows()
    _count_arrivals(connection, access, period, rows)
    _count_letters(connection, access, period, rows)
    _count_sheets(connection, access, period, rows)
    _count_again(connection, access, period, rows)
    return sorted(rows.values(), key=lambda row: (_backwards(row.day), row.branch, row.channel))


def total(rows: Iterable[LedgerRow]) -> LedgerRow:
    """The sum of rows; its day, branch and channel are ''."""
    summed = LedgerRow("", "", "")
    for row in rows:
        for name in _COUNTS:
            setattr(summed, name, getattr(summed, name) + getattr(row, name))
    return summed


@dataclass(frozen=True, slots=True)
class ReceivedAgain:
    """One time that a known arrival came again: from where, when (UTC text), and who brought it."""

    receipt_number: str
    name: str
    source_path: str
    at: str
    submitted_by: str


def received_again_list(
    connection: Connection,
    access: Access,
    period: Period = Period(),
    limit: int = 200,
) -> Sequence[ReceivedAgain]:
    """What came again of the arrivals in the period, newest first."""
    again = received_again
    columns = (arrival.c.receipt_number, again.c.name, again.c.source_path, again.c.at, again.c.submitted_by)
    query = select(*columns).join_from(again, arrival).where(visible.arrivals(access), _within(period, arrival))
    return [ReceivedAgain(*row) for row in connection.execute(query.order_by(again.c.id.desc()).limit(limit))]


# ---- counting --------------------------------------------------------------------------------------------------

_COUNTS = [name for name in LedgerRow.__dataclass_fields__ if name not in ("day", "branch", "channel")]


class _Rows(dict[tuple[str, str, str], LedgerRow]):
    """Rows by (day, branch, channel), each made when it is first met."""

    def __missing__(self, key: tuple[str, str, str]) -> LedgerRow:
        self[key] = LedgerRow(*key)
        return self[key]

    def of(self, row: Any) -> LedgerRow:
        return self[row.received_on, row.branch, row.channel]


def _grouped(table: Any, period: Period, *columns: Any) -> Select[Any]:
    keys = (table.c.received_on, table.c.branch, table.c.channel)
    return select(*keys, *columns).where(_within(period, table)).group_by(*keys)


def _within(period: Period, table: Any) -> Any:
    clauses = [true()]
    if period.since:
        clauses.append(table.c.received_on >= period.since)
    if period.until:
        clauses.append(table.c.received_on <= period.until)
    if period.branch:
        clauses.append(table.c.branch == period.branch)
    if period.channel:
        clauses.append(table.c.channel == period.channel)
    return and_(*clauses)


def _count_arrivals(connection: Connection, access: Access, period: Period, rows: _Rows) -> None:
    pages = func.sum(case((arrival.c.state == "opened", arrival.c.pages), else_=0))
    query = _grouped(arrival, period, arrival.c.state, func.count().label("n"), pages.label("pages"))
    for row in connection.execute(query.where(visible.arrivals(access)).group_by(arrival.c.state)):
        counted = rows.of(row)
        counted.received += row.n
        counted.pages_in += row.pages or 0
        if row.state in _ARRIVAL_STATES:
            setattr(counted, _ARRIVAL_STATES[row.state], row.n)
    gave_none = ~exists().where(document.c.arrival_id == arrival.c.id)
    empty = _grouped(arrival, period, func.count().label("n")).where(visible.arrivals(access), gave_none)
    for row in connection.execute(empty.where(arrival.c.state == "opened", arrival.c.pages == 0)):
        rows.of(row).opened_empty = row.n


# A letter that was joined to another is a part of it, and still has its pages where they were received.
_of_paper = or_(document.c.part == 0, document.c.page_from.is_not(None))


def _count_letters(connection: Connection, access: Access, period: Period, rows: _Rows) -> None:
    """By branch for the balance; by branch and mark for what is shown."""
    pages = func.sum(func.coalesce(document.c.page_to - document.c.page_from + 1, 0))
    letters = func.sum(case((document.c.part == 0, 1), else_=0))
    seen = func.sum(case((and_(document.c.part == 0, visible.documents(access)), 1), else_=0))
    columns = (document.c.state, letters.label("n"), seen.label("seen"), pages.label("pages"))
    query = _grouped(document, period, *columns).where(_of_paper, visible.branches(access, document))
    for row in connection.execute(query.group_by(document.c.state)):
        counted = rows.of(row)
        counted.letters += row.seen
        counted.pages_in_letters += row.pages or 0
        if row.state in _LETTER_STATES:
            setattr(counted, _LETTER_STATES[row.state], row.seen)
        else:
            counted.letters_unsettled += row.n


def _count_sheets(connection: Connection, access: Access, period: Period, rows: _Rows) -> None:
    """Separators and blanks. A blank back lies within its letter's pages: it counts as a blank, not in the letter."""
    query = select(arrival).where(visible.arrivals(access), _within(period, arrival), arrival.c.state == "opened")
    query = query.where((arrival.c.separators != "[]") | (arrival.c.blanks != "[]"))
    blanks: dict[int, list[int]] = {}
    for row in connection.execute(query):
        counted = rows.of(row)
        blanks[row.id] = json.loads(row.blanks)
        counted.separators += len(json.loads(row.separators))
        counted.blanks += len(blanks[row.id])
    for row, ranges in _ranges(connection, [arrival_id for arrival_id, found in blanks.items() if found]):
        inside = sum(any(first <= page <= last for first, last in ranges) for page in blanks[row.arrival_id])
        rows.of(row).pages_in_letters -= inside


def _ranges(connection: Connection, arrival_ids: Sequence[int]) -> Iterable[tuple[Any, list[tuple[int, int]]]]:
    """Each arrival's letters' page ranges, beside one of its letters."""
    for start in range(0, len(arrival_ids), 500):
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        letters: dict[int, Any] = {}
        query = select(document).where(document.c.arrival_id.in_(arrival_ids[start : start + 500]))
        for row in connection.execute(query.where(document.c.page_from.is_not(None))):
            found[row.arrival_id].append((row.page_from, row.page_to))
            letters[row.arrival_id] = row
        yield from ((letters[arrival_id], ranges) for arrival_id, ranges in found.items())


def _count_again(connection: Connection, access: Access, period: Period, rows: _Rows) -> None:
    query = _grouped(arrival, period, func.count().label("n")).where(visible.arrivals(access))
    for row in connection.execute(query.join_from(received_again, arrival)):
        rows.of(row).received_again = row.n


def _backwards(day: str) -> tuple[int, ...]:
    return tuple(-int(part) for part in day.split("-"))
