"""The directory as the catalogue keeps it: keys, counts and profiles out of its tables."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence

from archive import directory_profiles
from archive.directory_profiles import ProfileRow
from archive.ports import Catalogue
from dedup.normalising import shapes_of
from dedup.ports import PersonName, Profile

_MOST_COUNTED = 20_000
_KEYS_A_QUERY = 400
_SHAPES_FRESH_S = 600.0


class DirectoryInCatalogue:
    """`Directory` over a catalogue. Safe to share between threads; the shapes of accounts are learnt every ten minutes."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._shapes: tuple[float, frozenset[str]] | None = None

    def size(self) -> int:
        """How many customers there are."""
        with self._catalogue.reading() as connection:
            return directory_profiles.size(connection)

    def key_counts(self, keys: Sequence[int]) -> Mapping[int, int]:
        """How many customers carry each key, counted up to 20,000; keys that nobody carries are left out."""
        counts: dict[int, int] = {}
        with self._catalogue.reading() as connection:
            for some in _chunks(keys):
                counts.update((key, n) for key, n in connection.exec_driver_sql(_counting(some)) if n)
        return counts

    def candidates(self, keys: Sequence[int], limit: int) -> Sequence[int]:
        """At most `limit` customers that carry any of the keys; a merged one as the one that stands for it."""
        found: dict[int, None] = {}
        with self._catalogue.reading() as connection:
            for some in _chunks(keys):
                found.update(dict.fromkeys(directory_profiles.candidates(connection, some, limit)))
                if len(found) >= limit:
                    break
        return list(found)[:limit]

    def profiles(self, ids: Sequence[int]) -> Sequence[Profile]:
        """The profiles of these customers."""
        if not ids:
            return []
        with self._catalogue.reading() as connection:
            return [_profile(row) for row in directory_profiles.profiles(connection, ids)]

    def account_shapes(self) -> frozenset[str]:
        """The shapes of known account numbers, at most ten minutes old."""
        now = time.monotonic()
        if self._shapes is None or now - self._shapes[0] > _SHAPES_FRESH_S:
            with self._catalogue.reading() as connection:
                self._shapes = now, shapes_of(directory_profiles.account_numbers(connection))
        return self._shapes[1]


def _chunks(keys: Sequence[int]) -> Iterator[list[int]]:
    once = list(dict.fromkeys(keys))
    return (once[i : i + _KEYS_A_QUERY] for i in range(0, len(once), _KEYS_A_QUERY))


def _counting(keys: Sequence[int]) -> str:
    """One query that counts the carriers of many keys, each no further than needed; the same on both databases.

    Written out, for SQLAlchemy builds a VALUES list anew each time, which takes longer than the counting. Keys are
    numbers, so nothing of a letter's text gets into the query.
    """
    asked = ",".join(f"({key:d})" for key in keys)
    return (
        f"WITH asked(asked_key) AS (VALUES {asked}) SELECT asked_key, (SELECT COUNT(*) FROM (SELECT 1 FROM customer_key"  # noqa: S608
        f" WHERE customer_key.key = asked.asked_key LIMIT {_MOST_COUNTED}) AS carriers) FROM asked"
    )


def _profile(row: ProfileRow) -> Profile:
    return Profile(
        id=row.id,
        kind=row.kind,
        persons=tuple(PersonName(n.surname, n.given, n.middle) for n in row.persons),
        organisations=row.organisations,
        birth_date=row.birth_date,
        tax_ids=row.tax_ids,
        phones=row.phones,
        emails=row.emails,
        addresses=row.addresses,
        former_addresses=row.former_addresses,
        accounts=row.accounts,
        contracts=row.contracts,
        points_of_delivery=row.points_of_delivery,
        meters=row.meters,
        ended_accounts=row.ended_accounts,
        begun_accounts=row.begun_accounts,
        branch=row.branch,
        label=row.label,
    )
