"""The matcher on the directory: a snapshot is matched, and what was found is laid down in the catalogue. Nobody is merged.

Certain clusters wait there to be applied (`dedup.applying`); weak bridges, vetoed pairs, what would become too large and
what is likely but not certain is put before a person (`archive.doubles`).
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb

from archive import doubles, match_runs
from archive.access import Access
from archive.doubles import NewDouble, Why
from archive.durable import written_whole
from archive.match_runs import Member
from archive.ports import Catalogue
from dedup import snapshot
from dedup.linkage.likeness import Likeness
from dedup.linkage.matching import Report, train
from dedup.linkage.matching import run as match
from dedup.linkage.model import Model, ModelStore
from dedup.pair_scoring import agreements, scored_pairs
from dedup.snapshot import Told

_STATE, _OUTPUT, _WORK = "run.json", "clusters.csv", "work"
_MEMBERS_AT_ONCE, _PAIRS_AT_ONCE = 500, 100
_WHYS: Mapping[str, Why] = {
    "vetoed": "vetoed",
    "weak bridge": "weak_bridge",
    "too large": "too_large",
    "not certain": "probable",
}


@dataclass(frozen=True, slots=True)
class DirectoryReport:
    """What a run found: customers seen, how many clusters of several there are, who would be merged, what waits for a person."""

    run_id: int
    model: str
    taken_at: str
    records: int
    pairs: int
    clusters: int
    to_merge: int
    review: int
    no_longer: int
    """Pairs on the review list that earlier runs found and this one did not: taken off it."""


def run(
    catalogue: Catalogue,
    access: Access,
    folder: Path,
    store: ModelStore,
    told: Told,
    take_over: Callable[[Model], None] | None = None,
) -> DirectoryReport:
    """Match the directory as it is now. Goes on where an earlier call was stopped, on the snapshot that was taken then.

    Where there is no model yet one is learnt from the directory, kept, and handed to `take_over` (else just made active).

    Raises:
        BadInput: the directory holds nobody.
    """
    taken = snapshot.take(catalogue, folder, told)
    file = snapshot.file_in(folder)
    state = _read(folder)
    model = store.load(state["model"]) if "model" in state else _model(file, folder, store, told, take_over)
    state = _note(folder, state, model=model.version)
    if "report" not in state:
        report = match(file, folder / _OUTPUT, folder / _WORK, model, told)
        state = _note(folder, state, report=_plain(report))
    if "run" not in state:
        state = _note(folder, state, run=match_runs.begin(catalogue, access, model.version))
    run_id: int = state["run"]
    clusters, merging = _lay_members(catalogue, run_id, file, folder, told)
    likeness = Likeness(model, taken.persons, taken.organisations)
    review = _lay_doubles(catalogue, run_id, folder, likeness, told)
    counts = {"records": taken.records, "persons": taken.persons, "organisations": taken.organisations}
    counts |= {"clusters": clusters, "to_merge": merging, "review": review}
    with catalogue.writing() as connection:
        gone = doubles.pass_by(connection, run_id)
        match_runs.end(connection, run_id, counts | {"taken_at": taken.taken_at})
    shutil.rmtree(folder)
    pairs = int(state["report"]["pairs"])
    return DirectoryReport(run_id, model.version, taken.taken_at, taken.records, pairs, clusters, merging, review, gone)


def is_under_way(folder: Path) -> str:
    """When the snapshot was begun that a stopped run would go on with; '' where there is none."""
    path = folder / "directory.json"
    return str(json.loads(path.read_text(encoding="utf-8"))["taken_at"]) if path.is_file() else ""


def _model(file: Path, folder: Path, store: ModelStore, told: Told, take_over: Callable[[Model], None] | None) -> Model:
    model = store.active()
    if model is None:
        model = train([file], folder / "training", told)
        version = store.save(model)
        if take_over is None:
            store.activate(version)
        else:
            take_over(model)
        shutil.rmtree(folder / "training")
    return model


def _plain(report: Report) -> dict[str, Any]:
    return {name: value for name, value in asdict(report).items() if isinstance(value, int | str)}


def _read(folder: Path) -> dict[str, Any]:
    path = folder / _STATE
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def _note(folder: Path, state: dict[str, Any], **changes: Any) -> dict[str, Any]:
    now = state | changes
    with written_whole(folder / _STATE) as out:
        json.dump(now, out)
    return now


# ---- clusters --------------------------------------------------------------------------------------------------


def _lay_members(catalogue: Catalogue, run_id: int, file: Path, folder: Path, told: Told) -> tuple[int, int]:
    """Keep the clusters of several; answers how many there are, and how many customers would be merged."""
    with duckdb.connect(str(folder / "clusters.duckdb")) as connection:
        connection.execute("set memory_limit = '1GB'")
        connection.execute(_CLUSTERED, {"clusters": str(folder / _OUTPUT), "directory": str(file)})
        clusters, members = connection.execute("select count(distinct into_id), count(*) from clustered").fetchall()[0]
        told("clusters", 0, members)
        rows = connection.execute("select * from clustered order by into_id, customer_id")
        done = 0
        while some := rows.fetchmany(_MEMBERS_AT_ONCE):
            with catalogue.writing() as writing:
                match_runs.keep_members(writing, run_id, [_member(*row) for row in some])
            done += len(some)
            told("clusters", done, members)
    return int(clusters), int(members) - int(clusters)


_CLUSTERED = """
create or replace table clustered as
with found as (
    select source_id::bigint as customer_id, cluster_id, probability::double as probability
    from read_csv($clusters, header = true, all_varchar = true)
), several as (select cluster_id, min(customer_id) as into_id from found group by cluster_id having count(*) > 1),
seen as (
    select source_id::bigint as customer_id, version::integer as version
    from read_csv($directory, header = true, all_varchar = true)
)
select customer_id, into_id, version, probability from found join several using (cluster_id) join seen using (customer_id)
"""


def _member(customer_id: int, into_id: int, version: int, probability: float) -> Member:
    return Member(customer_id, into_id, version, probability, "stands" if customer_id == into_id else "waiting")


# ---- pairs for a person ----------------------------------------------------------------------------------------


def _lay_doubles(catalogue: Catalogue, run_id: int, folder: Path, likeness: Likeness, told: Told) -> int:
    """Put what the matcher would not decide on the review list; answers how many pairs are asked."""
    path = (folder / _OUTPUT).with_name(f"{Path(_OUTPUT).stem}.review.csv")
    with path.open(encoding="utf-8") as lines:
        total = max(sum(1 for _ in lines) - 1, 0)
    asked = done = 0
    told("review list", 0, total)
    pairs = _review(path)
    while some := list(islice(pairs, _PAIRS_AT_ONCE)):
        asked += put_pairs(catalogue, likeness, run_id, some)
        done += len(some)
        told("review list", done, total)
    return asked


def _review(path: Path) -> Iterator[tuple[int, int, Why, float]]:
    with path.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            yield (
                int(line["source_id"]),
                int(line["other_source_id"]),
                _WHYS.get(line["why"], "probable"),
                float(line["probability"]),
            )


def put_pairs(
    catalogue: Catalogue, likeness: Likeness, run_id: int, pairs: Sequence[tuple[int, int, Why, float]]
) -> int:
    """Put pairs on the review list with what speaks for and against them now; answers how many are asked."""
    with catalogue.reading() as connection:
        likely = scored_pairs(connection, likeness, [(one, other) for one, other, _why, _chance in pairs])
    found = [
        NewDouble(one, other, why, chance, likeness.model.version, agreements(said), dict(said.related), run_id)
        for one, other, why, chance in pairs
        if (said := likely.get((one, other))) is not None
    ]
    with catalogue.writing() as connection:
        return doubles.put(connection, found)
