"""What a planned chunk of the directory will write, worked out before the writer is taken.

Ids come with the writer only: until then a new customer is its place in the chunk, and its record is number 0.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archive.directory_plan import Place, Plan, PlannedRecord
from archive.directory_values import NewValues, new_values
from archive.keying import Keys
from archive.likening import NOTHING, LikenedRecords
from archive.survivorship import Golden, Witness, golden

Columns = tuple[str, str, str, str]
"""The golden record as the customer's columns: kind, display name, branch, JSON."""
_NO_RECORD = '"record":0,'


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan with everything that hangs on its new customers; `fresh` in the plan's order.

    `key_rows` are (key, place in `fresh`) in the order of the b-tree, so that neighbours land on one page.
    """

    plan: Plan
    fresh: tuple[PlannedRecord, ...]
    columns: Sequence[Columns]
    values: NewValues
    key_rows: Sequence[tuple[int, int]]
    keyed: Mapping[Place, Sequence[int]]
    likened: LikenedRecords = NOTHING

    @property
    def changed(self) -> list[PlannedRecord]:
        """The records that are known already."""
        return [item for item in self.plan.records if item.known is not None]


def prepare(plan: Plan, keys: Keys, likened: LikenedRecords = NOTHING) -> Prepared:
    """Work out what the plan writes; `keys` are the blocking keys of its records, in their order, and so is `likened`."""
    keyed = dict(zip((item.place for item in plan.records), keys, strict=True))
    fresh = tuple(item for item in plan.records if item.known is None)
    return Prepared(
        plan,
        fresh,
        [columns_of(golden([Witness(0, item.place[0], "", item.record)])) for item in fresh],
        new_values([item.record for item in fresh]),
        sorted((key, at) for at, item in enumerate(fresh) for key in keyed[item.place]),
        keyed,
        likened,
    )


def columns_of(record: Golden) -> Columns:
    """The golden record as the customer's columns."""

    def value(name: str) -> str:
        return str(record[name]["value"]) if name in record else ""

    name = value("full_name") or " ".join(
        part for part in (value("surname"), value("given_name"), value("patronymic")) if part
    )
    return value("kind"), name, value("branch"), _as_json(record)


_as_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def with_record(text: str, record_id: int) -> str:
    """A prepared golden record's JSON with the number that its only record got.

    No value can hold what is replaced: inside JSON's strings the quote after `record` stands behind a backslash.
    """
    return text.replace(_NO_RECORD, f'"record":{record_id},')
