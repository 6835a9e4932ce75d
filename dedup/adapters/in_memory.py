"""A directory held in memory, loaded from a CSV of customers: for measuring, for tests, for small sets."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from dedup.keys import profile_keys
from dedup.normalising import shapes_of
from dedup.ports import Profile
from dedup.rows import profile_of_row


class DirectoryInMemory:
    """`Directory` over profiles in memory."""

    def __init__(self, profiles: Iterable[Profile]) -> None:
        self._profiles = {p.id: p for p in profiles}
        self._by_key: dict[int, list[int]] = defaultdict(list)
        for profile in self._profiles.values():
            for key in profile_keys(profile):
                self._by_key[key].append(profile.id)
        self._shapes = shapes_of(a for p in self._profiles.values() for a in p.accounts)

    def size(self) -> int:
        """How many customers there are."""
        return len(self._profiles)

    def key_counts(self, keys: Sequence[int]) -> Mapping[int, int]:
        """How many customers carry each key; keys that nobody carries are left out."""
        return {k: len(self._by_key[k]) for k in keys if k in self._by_key}

    def candidates(self, keys: Sequence[int], limit: int) -> Sequence[int]:
        """At most `limit` customers that carry any of the keys."""
        found: dict[int, None] = {}
        for key in keys:
            found.update(dict.fromkeys(self._by_key.get(key, ())))
            if len(found) >= limit:
                break
        return list(found)[:limit]

    def profiles(self, ids: Sequence[int]) -> Sequence[Profile]:
        """The profiles of these customers."""
        return [self._profiles[i] for i in ids if i in self._profiles]

    def account_shapes(self) -> frozenset[str]:
        """The shapes of known account numbers."""
        return self._shapes


def load_profiles(*files: Path) -> list[Profile]:
    """Answer the profiles of CSV files (UTF-8, gzip where the name ends in .gz), numbered from 1 over all of them."""
    profiles: list[Profile] = []
    for file in files:
        opening = gzip.open if file.suffix == ".gz" else open
        with opening(file, "rt", encoding="utf-8-sig", newline="") as lines:
            for row in csv.DictReader(lines):
                profiles.append(profile_of_row(row, len(profiles) + 1))
    return profiles
