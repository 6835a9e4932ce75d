"""How two customers agreed of whom a person said who they are: labels by which a model of likeness is put right."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal, Protocol

from sqlalchemy import Connection, delete

from archive.clock import utc_now
from archive.schema import pair_label
from archive.upserting import upsert

Verdict = Literal["same", "different", "relatives"]
"""What a person says of two customers."""


class LearnOf(Protocol):
    """Keeps what a person said of two identities as a label for a model: `archive.guarding.Guard.learn_of`."""

    def __call__(
        self, connection: Connection, ends: tuple[int, int], verdict: Verdict, actor: str, kind: str = ""
    ) -> None:
        """Keep it, in the transaction in which it is said. `kind`: of relatives, which."""
        ...


@dataclass(frozen=True, slots=True)
class Label:
    """What was said: the verdict, of relatives what `kind`, and through which door (`source`). `party`: persons or firms."""

    party: str
    verdict: str
    source: str
    kind: str = ""


def keep_label(
    connection: Connection, ends: tuple[int, int], label: Label, levels: Mapping[str, str], actor: str
) -> None:
    """Keep how the fields of two customers agreed (field → level) with what was said of them; the last word holds."""
    low, high = sorted(ends)
    said = asdict(label) | {"levels": json.dumps(dict(levels), sort_keys=True), "at": utc_now(), "actor": actor}
    statement = upsert(connection, pair_label).values({"low_id": low, "high_id": high, **said})
    renew = {name: statement.excluded[name] for name in said}
    connection.execute(
        statement.on_conflict_do_update(index_elements=[pair_label.c.low_id, pair_label.c.high_id], set_=renew)
    )


def forget_apart(connection: Connection, ends: tuple[int, int]) -> None:
    """Keep no label any more that says that these two are not the same."""
    low, high = sorted(ends)
    these = (pair_label.c.low_id == low, pair_label.c.high_id == high, pair_label.c.verdict != "same")
    connection.execute(delete(pair_label).where(*these))
