"""How two customers agreed of whom a person said who they are: labels by which a model of likeness is put right."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import Connection

from archive.clock import utc_now
from archive.schema import pair_label
from archive.upserting import upsert


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
