"""Pairs of customers of the directory, compared as they are now by the model that the matcher uses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Connection

from archive.doubles import Agreement
from dedup.directory_rows import standing_of
from dedup.linkage.likeness import Likely, Likeness


def scored_pairs(
    connection: Connection, likeness: Likeness, pairs: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], Likely]:
    """What the model says of each of these pairs; one of which somebody is not there is left out."""
    wanted = list(pairs)
    known = standing_of(connection, (one for pair in wanted for one in pair))
    records = {key: likeness.record(one.row) for key, one in known.items()}
    others: dict[int, list[int]] = defaultdict(list)
    for one, other in wanted:
        if one in records and other in records:
            others[one].append(other)
    found = {}
    for one, theirs in others.items():
        for other, likely in zip(theirs, likeness.compare(records[one], [records[k] for k in theirs]), strict=True):
            found[one, other] = likely
    return found


def agreements(likely: Likely) -> tuple[Agreement, ...]:
    """What the fields of a pair say, as the review list keeps it."""
    return tuple(Agreement(one.field, one.level, one.bits, one.bits_of_kin) for one in likely.said)
