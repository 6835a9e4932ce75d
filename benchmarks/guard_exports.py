"""The guard on what six legacy systems tell of a made-up utility: who is found, who is troubled, who is refused for nothing.

    python -m benchmarks.guard_exports SHARED SET [SET …] [--model shipped|trained]

A set is a world of the corpus (`utility_ru`), or LANGUAGE:CUSTOMERS:SEED of `benchmarks.made_exports` (`en:600:7`). One customer
in five is left out and asked about as a new one; of the others one record is the directory and the rest are asked, as
doubles. That five times over, so that everybody is new once. Prints a line of JSON for each set.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, delete, insert

from api.wiring import catalogue_at
from archive import guard_keys
from archive.bulk import insert_rows
from archive.directory_file import COLUMNS
from archive.directory_record import DirectoryRecord, read_record
from archive.errors import BadInput
from archive.guarding import Finding
from archive.ports import Catalogue
from archive.schema import customer, directory_size
from benchmarks.exports import read_world
from benchmarks.guard import ask
from benchmarks.made_exports import rows_of
from dedup.guard_models import LikeningByModels, shipped
from dedup.guard_names import count_names
from dedup.guarding import DirectoryGuard
from dedup.linkage.matching import train
from dedup.linkage.model import Model

Row = dict[str, str]
_FOLDS = 5


@dataclass(slots=True)
class Told:
    """What the guard said, counted."""

    doubles: Counter[str] = field(default_factory=Counter)
    news: Counter[str] = field(default_factory=Counter)
    kin: Counter[str] = field(default_factory=Counter)


def main() -> None:
    """A line of JSON for each set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("sets", nargs="+")
    parser.add_argument("--model", choices=("shipped", "trained"), default="shipped")
    asked = parser.parse_args()
    for name in asked.sets:
        rows = rows_of_set(asked.shared, name)
        line = {"guarded": name, "model": asked.model} | measure(rows, shipped() if asked.model == "shipped" else None)
        print(json.dumps(line, ensure_ascii=False), flush=True)


def rows_of_set(shared: Path, name: str) -> list[Row]:
    """Answer the rows of a set with `_entity` and `_household`; those that an import has to refuse are left out."""
    if ":" in name:
        language, customers, seed = name.split(":")
        return rows_of(int(customers), int(seed), language)
    folder = shared / "corpus" / name
    with (folder / "truth" / "records.csv").open(encoding="utf-8", newline="") as lines:
        truth = {(r["system"], r["source_id"]): r for r in csv.DictReader(lines) if r["expected"] == "accept"}
    rows = []
    for row in read_world(folder):
        known = truth.get((row["system"], row["source_id"]))
        if known:
            rows.append(row | {"_entity": known["entity_id"], "_household": known["household_id"]})
    return rows


def measure(rows: list[Row], model: Model | None) -> dict[str, object]:
    """Answer the counts of all folds. Without a model one is learnt from the rows."""
    told = Told()
    with tempfile.TemporaryDirectory() as folder:
        model = model or _trained(rows, Path(folder))
        entities = sorted({row["_entity"] for row in rows})
        random.Random(1).shuffle(entities)
        for fold in range(_FOLDS):
            place = Path(folder) / str(fold)
            place.mkdir()
            catalogue = catalogue_at("", place)
            catalogue.upgrade()
            try:
                _fold(catalogue, rows, set(entities[fold::_FOLDS]), model, told)
            finally:
                catalogue.close()
    return _shares(told)


def _trained(rows: list[Row], folder: Path) -> Model:
    with (folder / "people.csv").open("w", encoding="utf-8", newline="") as out:
        lines = csv.DictWriter(out, COLUMNS, restval="", extrasaction="ignore")
        lines.writeheader()
        lines.writerows(rows)
    return train([folder / "people.csv"], folder / "training", lambda what, done, total: None)


def _fold(catalogue: Catalogue, rows: list[Row], outside: set[str], model: Model, told: Told) -> None:
    number: dict[str, int] = {}
    home: dict[str, set[int]] = defaultdict(set)
    kept, doubles, news = [], [], []
    for row in rows:
        who = row["_entity"]
        if who in outside:
            news.append(row)
        elif who in number:
            doubles.append(row)
        else:
            number[who] = len(kept) + 1
            home[row["_household"]].add(number[who])
            kept.append(row)
    with catalogue.writing() as connection:
        standing = guard_keys.take_in(connection, model.version, model.to_json())
        _lay_down(connection, kept, LikeningByModels({standing.id: model.to_json()}))
        connection.execute(delete(directory_size))
        connection.execute(insert(directory_size).values(id=1, customers=len(kept)))
    count_names(catalogue)
    guard = DirectoryGuard()
    for row in doubles:
        _of_double(told, _asked(catalogue, guard, row), number[row["_entity"]])
    asked: set[str] = set()
    for row in news:
        if row["_entity"] not in asked:
            asked.add(row["_entity"])
            _of_new(told, _asked(catalogue, guard, row), home[row["_household"]])


def _lay_down(connection: Connection, kept: list[Row], likening: LikeningByModels) -> None:
    records = [read_record(row) for row in kept]
    lines = [(n, r.values["kind"], r.display_name, "{}", "") for n, r in enumerate(records, 1)]
    insert_rows(connection, customer, ("id", "kind", "display_name", "golden", "created_at"), lines)
    guard_keys.enter(connection, list(enumerate(likening([r.flat for r in records]), 1)))


def _asked(catalogue: Catalogue, guard: DirectoryGuard, row: Row) -> tuple[Finding, ...]:
    try:
        record: DirectoryRecord = read_record(row)
    except BadInput:
        return ()
    return ask(catalogue, guard, record, [], [])


def _of_double(told: Told, findings: tuple[Finding, ...], who: int) -> None:
    its = next((f for f in findings if f.customer_id == who), None)
    told.doubles[f"{its.severity} {its.relation}" if its else "missed"] += 1
    if not its or its.severity != "refused":
        told.doubles["refused for somebody else"] += any(f.severity == "refused" for f in findings)


def _of_new(told: Told, findings: tuple[Finding, ...], family: set[int]) -> None:
    told.news["asked"] += 1
    told.news["refused"] += any(f.severity == "refused" for f in findings)
    told.news["called a double"] += any(f.relation == "same" for f in findings)
    told.news["of a stranger"] += any(f.relation == "same" and f.customer_id not in family for f in findings)
    if family:
        told.kin["with relatives"] += 1
        told.kin["told as relatives"] += any(f.relation == "relative" and f.customer_id in family for f in findings)


def _shares(told: Told) -> dict[str, object]:
    kinds = ("refused same", "warned same", "warned relative", "missed")
    doubles, news = sum(told.doubles[kind] for kind in kinds), told.news["asked"]
    return {
        "doubles": doubles,
        "news": news,
        "found": round(1 - told.doubles["missed"] / max(doubles, 1), 5),
        "found_as_the_same": round((told.doubles["refused same"] + told.doubles["warned same"]) / max(doubles, 1), 5),
        "doubles_told": dict(told.doubles),
        "new_called_a_double": round(told.news["called a double"] / max(news, 1), 5),
        "new_told": dict(told.news),
        "refused_wrongly": round(
            (told.news["refused"] + told.doubles["refused for somebody else"]) / max(doubles + news, 1), 5
        ),
        "kin": dict(told.kin),
    }


if __name__ == "__main__":
    main()
