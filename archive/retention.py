"""How long originals are kept against deletion: a date on each, told to the store where its lock was seen to hold.

The date in the catalogue binds this program; the store's lock binds everybody. An arrival's bytes are locked before it is
acknowledged; letters cut out of it are dated and locked within seconds, by whichever worker is idle, and `unprotected`
tells of those that wait.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, literal_column, or_, select, update

from archive.clock import as_moment, as_text
from archive.errors import Conflict
from archive.ports import Catalogue, ObjectStore
from archive.problems import Problem
from archive.schema import RECEIVED_AGAIN, UNDATED, object_

_CHUNK = 200
MOST_COUNTED = 1000
"""How many originals without a date are counted: enough to know that nobody gives dates."""
_MAY_WAIT = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Retention:
    """Keeps originals for `years` from the last day on which they came in; 0: no dates are given, and those given are kept."""

    catalogue: Catalogue
    objects: ObjectStore
    years: int

    def protect_received(self, digest: str) -> None:
        """Lock an arrival's bytes, before it is acknowledged. Safe to repeat; a longer lock stays.

        Raises: EngineAway; NotFound where the bytes are not there.
        """
        if self.years and self.objects.protection().proven:
            self.objects.protect(digest, lock_end(last_day(datetime.now(UTC).date(), self.years)))

    def keep_up(self) -> int:
        """Date and lock the originals without a date, and those that came in anew; how many. Safe to repeat and to race.

        Of two dates the later one counts: a date is never shortened.
        """
        count = 0
        while self.years and (rows := self._waiting()):
            dated = [(row, _date_of(row, self.years)) for row in rows]
            if self.objects.protection().proven:
                for row, until in dated:
                    self.objects.protect(row.digest, lock_end(until))
            with self.catalogue.writing() as connection:
                values = [
                    {"its": row.digest, "until": until.isoformat(), "seen": row.received_again_at or ""}
                    for row, until in dated
                ]
                connection.execute(_SET_DATE, values)
            count += len(rows)
        return count

    def mend(self) -> int:
        """Lock again what the catalogue keeps and the store does not, e.g. after a restore; how many there were."""
        self.keep_up()
        mended = 0
        for rows in _kept_rows(self.catalogue) if self.objects.protection().proven else ():
            for row in rows:
                if _missing(self.objects, row):
                    tell_store(self.objects, row.digest, row.retain_until, bool(row.hold))
                    mended += 1
        return mended

    def unprotected(self) -> Iterator[Problem]:
        """Originals without a date, and those that the store would let go before their date or in spite of a hold."""
        protection = self.objects.protection()
        if protection.wanted and not protection.proven:
            yield Problem("lock_refused", "objects", protection.words)
        with self.catalogue.reading() as connection:
            waiting = undated(connection, self.years)
        if waiting:
            words = f"{undated_words(waiting, self.years)}: start a worker, or run `dossier protect`"
            yield Problem("undated", "objects", words, harmless=True)
        for rows in _kept_rows(self.catalogue) if protection.proven else ():
            for row in rows:
                if missing := _missing(self.objects, row):
                    yield Problem("unprotected", f"object:{row.digest}", f"{missing}: run `dossier protect`")

    def _waiting(self) -> list[Row[Any]]:
        with self.catalogue.reading() as connection:
            # One index each: asked for both at once, an engine would go through all objects.
            found: list[Row[Any]] = []
            for which in (UNDATED, RECEIVED_AGAIN):
                found += connection.execute(_WITHOUT_DATE.where(which))
        return list({row.digest: row for row in found}.values())


_WITHOUT_DATE = select(
    object_.c.digest, object_.c.created_at, object_.c.received_again_at, object_.c.retain_until
).limit(_CHUNK)
# One that came in anew meanwhile keeps its mark, and has another turn.
_SET_DATE = (
    update(object_)
    .where(object_.c.digest == bindparam("its"), func.coalesce(object_.c.received_again_at, "") == bindparam("seen"))
    .values(retain_until=bindparam("until"), received_again_at=None)
)


def _date_of(row: Row[Any], years: int) -> date:
    """The last day of these bytes: by the day on which they came in last, and never before the date that they have."""
    until = last_day(as_moment(row.received_again_at or row.created_at).date(), years)
    return max(until, date.fromisoformat(row.retain_until)) if row.retain_until else until


def undated(connection: Connection, years: int) -> int:
    """How many originals should have a date by these years and have none; those of this moment are not late yet.

    Counted up to `MOST_COUNTED`; 0 where no dates are given.
    """
    if not years:
        return 0
    late = as_text(datetime.now(UTC) - _MAY_WAIT)
    some: Select[Any] = select(literal_column("1")).select_from(object_).where(UNDATED, object_.c.created_at < late)
    return connection.execute(select(func.count()).select_from(some.limit(MOST_COUNTED).subquery())).scalar_one()


def undated_words(waiting: int, years: int) -> str:
    """What an operator is told of them."""
    count = f"{waiting} originals or more bear" if waiting >= MOST_COUNTED else f"{waiting} originals bear"
    return f"{count} no date, though DOSSIER_RETAIN_YEARS is {years}"


def last_day(received: date, years: int) -> date:
    """The last day of a retention; 29 February runs to 1 March where there is none."""
    try:
        return received.replace(year=received.year + years)
    except ValueError:
        return date(received.year + years, 3, 1)


def lock_end(until: date) -> datetime:
    """When a store may let go: a day later than the last one, whatever clock the branch has."""
    return datetime.combine(until + timedelta(days=2), time(), UTC)


def tell_store(objects: ObjectStore, digest: str, retain_until: str | None, held: bool) -> None:
    """Have the store keep the bytes as their row says, where its lock holds. Safe to repeat."""
    if not objects.protection().proven:
        return
    if retain_until and (end := lock_end(date.fromisoformat(retain_until))) > datetime.now(UTC):
        objects.protect(digest, end)
    if held:
        objects.hold(digest, True)


def refuse_where_kept(catalogue: Catalogue, digest: str) -> None:
    """Raises Conflict where these bytes must not be deleted: on hold, or before the end of their retention."""
    with catalogue.reading() as connection:
        row = connection.execute(select(object_).where(object_.c.digest == digest)).first()
    if row is not None and row.hold:
        raise Conflict(f"object {digest} is on legal hold: it stays until the hold is lifted")
    if row is not None and row.retain_until and row.retain_until >= datetime.now(UTC).date().isoformat():
        raise Conflict(f"object {digest} is kept until {row.retain_until}")


def _kept_rows(catalogue: Catalogue) -> Iterator[Sequence[Row[Any]]]:
    """Rows with a date or a hold, so many at a time; a snapshot each, for the store is asked about every one."""
    last = ""
    while True:
        query = (
            select(object_)
            .where(or_(object_.c.retain_until.is_not(None), object_.c.hold != 0), object_.c.digest > last)
            .order_by(object_.c.digest)
            .limit(_CHUNK)
        )
        with catalogue.reading() as connection:
            rows = connection.execute(query).all()
        if not rows:
            return
        yield rows
        last = rows[-1].digest


def _missing(objects: ObjectStore, row: Row[Any]) -> str:
    """What the store does not keep as the catalogue says, in words; empty where it does."""
    if not objects.has(row.digest):
        return ""  # told elsewhere
    until, held = objects.kept(row.digest)
    wanted = lock_end(date.fromisoformat(row.retain_until)) if row.retain_until else None
    if wanted is not None and wanted > datetime.now(UTC) and (until is None or until < wanted):
        told = f"only until {until:%Y-%m-%d}" if until else "not at all"
        return f"to be kept until {row.retain_until}, and the store keeps it {told}"
    return "on legal hold, and the store does not hold it" if row.hold and not held else ""
