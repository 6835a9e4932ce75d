"""The guard in a generated directory with families: how many doubles it finds, whom it troubles for nothing, how long it takes.

    python -m benchmarks.guard PERSONS [--seed N] [--queries 10000] [--model shipped|trained] [--catalogue URL] [--work FOLDER]

A catalogue that is named is kept, and gone on with by the next call.

One record of four in five persons is the directory, laid down straight in the guard's tables. Asked are second records of
those (doubles) and records of the fifth who is not there (new ones, most with relatives who are). Each question is what a
save asks: the locks and the findings, in a writing transaction that is then left.
"""

from __future__ import annotations

import argparse
import json
import pickle
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from sqlalchemy import delete, insert, select, text

from api.wiring import catalogue_at
from archive import guard_keys
from archive.bulk import insert_rows
from archive.directory_record import DirectoryRecord, read_record
from archive.guarding import Finding
from archive.ports import Catalogue
from archive.schema import customer, directory_size
from benchmarks.made_customers import PERSONS_A_SHARD, Shard, households, records_of, shards, write
from dedup.guard_building import Keys, Made, made, write_records
from dedup.guard_judging import Policy
from dedup.guard_models import LikeningByModels, as_given, keys_kept, shipped
from dedup.guard_names import count_names
from dedup.guarding import DirectoryGuard
from dedup.linkage.likeness import Likeness
from dedup.linkage.matching import train
from dedup.linkage.model import Model
from dedup.linkage.working import in_order

_AT_ONCE = 2_000
_TRAINED_ON = 50_000
Row = dict[str, str]


@dataclass(slots=True)
class Asked:
    """Questions: second records with whose number they are and the first record; new ones with those of the household."""

    doubles: list[tuple[Row, int, Row]] = field(default_factory=list)
    news: list[tuple[Row, frozenset[int]]] = field(default_factory=list)


def main() -> None:
    """Measure one directory and print a row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("persons", type=int)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--queries", type=int, default=10_000)
    parser.add_argument("--model", choices=("shipped", "trained"), default="shipped")
    parser.add_argument("--catalogue", default="")
    parser.add_argument("--probable", type=float, default=Policy().probable)
    parser.add_argument("--work", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.work) as folder:
        model = shipped() if asked.model == "shipped" else trained(Path(folder), asked.seed + 1)
        if asked.catalogue.startswith("sqlite:///"):
            Path(asked.catalogue.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        catalogue = catalogue_at(asked.catalogue, Path(folder))
        catalogue.upgrade()
        try:
            started = time.monotonic()
            questions = load(catalogue, asked.persons, asked.seed, asked.queries, model)
            count_names(catalogue)
            built = time.monotonic() - started
            told = {"on": catalogue.description.split()[0], "model": asked.model, "built_s": round(built)}
            told["share no key"] = sharing_no_key(model, questions)
            print(json.dumps(told | measure(catalogue, questions, asked.probable)))
        finally:
            catalogue.close()


def trained(folder: Path, seed: int) -> Model:
    """A model learnt without labels from another world of the same kind."""
    file = folder / "people.csv"
    write(_TRAINED_ON, file, seed)
    return train([file], folder / "training", lambda what, done, total: None)


def load(catalogue: Catalogue, persons: int, seed: int, queries: int, model: Model) -> Asked:
    """Fill the guard's tables; answer what is to be asked, drawn evenly from all persons. Goes on after a stop."""
    with catalogue.writing() as connection:
        standing = guard_keys.take_in(connection, model.version, model.to_json())
    asked, size = Asked(), 0
    parts = (_Part(shard, _is_there(catalogue, shard)) for shard in shards(persons, seed))
    with tempfile.TemporaryDirectory() as folder:
        share = min(4 * queries / persons, 1.0)
        for laid in in_order(_laid_out, parts, _prepare, Path(folder), model.to_json(), share):
            _lay_down(catalogue, standing.id, laid)
            size += laid.customers
            asked.doubles += laid.asked.doubles
            asked.news += laid.asked.news
            print(f"{size:,} customers", file=sys.stderr, flush=True)
    with catalogue.writing() as connection:
        connection.execute(delete(directory_size))
        connection.execute(insert(directory_size).values(id=1, customers=size))
        if connection.dialect.name == "postgresql":  # numbers were given here: the next customer is to have a new one
            last = {"last": guard_keys.last(connection)}
            connection.execute(text("SELECT setval(pg_get_serial_sequence('customer', 'id'), :last)"), last)
    drawn = random.Random(seed)
    drawn.shuffle(asked.doubles)
    drawn.shuffle(asked.news)
    return Asked(asked.doubles[:queries], asked.news[:queries])


@dataclass(frozen=True, slots=True)
class _Part:
    shard: Shard
    is_there: bool

    @property
    def first(self) -> int:
        return _first(self.shard)


def _first(shard: Shard) -> int:
    """Customers are numbered from here on: shards are laid down without the others, so their numbers have gaps between."""
    return shard.number * PERSONS_A_SHARD


def _is_there(catalogue: Catalogue, shard: Shard) -> bool:
    """Whether the shard's customers are in, which come last of all."""
    first = _first(shard)
    with catalogue.reading() as connection:
        query = select(customer.c.id).where(customer.c.id.between(first + 1, first + PERSONS_A_SHARD)).limit(1)
        return connection.execute(query).first() is not None


@dataclass(frozen=True, slots=True)
class _Laid:
    """A shard worked out: how many customers, what is asked about them, and the file of the rest."""

    customers: int
    asked: Asked
    file: Path | None


_given: list[tuple[Path, LikeningByModels, float]] = []


def _prepare(folder: Path, content: str, share: float) -> None:
    _given[:] = [(folder, LikeningByModels({0: content}), share)]


def _laid_out(part: _Part) -> _Laid:
    """The work of one process: the customers of a shard, their names, records and keys, in a file."""
    folder, likening, share = _given[0]
    asked, shard = Asked(), part.shard
    drawn = random.Random(f"{shard.seed}/{shard.number}" if shard.number else shard.seed)
    kept, number = _people(shard, drawn, asked, share, part.first), part.first
    names, done = list[tuple[int, str, str]](), list[Made]()
    while chunk := list(islice(kept, _AT_ONCE)):
        if not part.is_there:
            records = [read_record(row) for row in chunk]
            names += [(n, r.values["kind"], r.display_name) for n, r in enumerate(records, number + 1)]
            done.append(made(likening, [(n, [r.flat]) for n, r in enumerate(records, number + 1)], 0))
        number += len(chunk)
    file = None if part.is_there else folder / str(shard.number)
    if file is not None:
        with file.open("wb") as out:
            pickle.dump((names, done), out, pickle.HIGHEST_PROTOCOL)
    return _Laid(number - part.first, asked, file)


def _people(shard: Shard, drawn: random.Random, asked: Asked, share: float, number: int) -> Iterator[Row]:
    """The records of the directory in its order; what is asked about them goes to `asked`."""
    world = shard.world()
    for family in households(world, shard.first, shard.size):
        own, outside = [], []
        for person in family:
            first, *more = records_of(person, world)
            if drawn.random() < 0.2:
                outside.append(first)
                continue
            number += 1
            own.append(number)
            yield first
            if more and drawn.random() < share:
                asked.doubles.append((more[0], number, first))
        asked.news += ((row, frozenset(own)) for row in outside if drawn.random() < share)


def _lay_down(catalogue: Catalogue, model: int, laid: _Laid) -> None:
    if laid.file is None:
        return
    with laid.file.open("rb") as kept:
        names, done = pickle.load(kept)
    laid.file.unlink()
    keys = Keys(model)
    for some in done:
        write_records(catalogue, model, some.records)
        keys.add(some.keys, some.owners)
    keys.write(catalogue)
    with catalogue.writing() as connection:
        rows = [(*row, "{}", "") for row in names]
        insert_rows(connection, customer, ("id", "kind", "display_name", "golden", "created_at"), rows)


def measure(catalogue: Catalogue, asked: Asked, probable: float) -> dict[str, object]:
    """Ask everything; what was found, what was wrong, and how long each took."""
    guard = DirectoryGuard(Policy(probable=probable))
    took, cpu = list[float](), list[float]()
    with catalogue.writing() as connection:
        for row, *_ in asked.doubles[:200]:
            guard.examine(connection, read_record(row), ())
    found, best, doubles = Counter[str](), [], len(asked.doubles)
    for row, who, _ in asked.doubles:
        findings = ask(catalogue, guard, read_record(row), took, cpu)
        its = next((f for f in findings if f.customer_id == who), None)
        found[f"{its.severity} {its.relation}" if its else "missed"] += 1
        found["wrong one refused"] += any(f.severity == "refused" and f.customer_id != who for f in findings)
    told, wrong_kin = Counter[str](), 0
    for row, family in asked.news:
        findings = ask(catalogue, guard, read_record(row), took, cpu)
        told["refused"] += any(f.severity == "refused" for f in findings)
        told["called a double"] += any(f.relation == "same" for f in findings)
        told["of whom relatives"] += any(f.relation == "same" and f.customer_id in family for f in findings)
        told["warned of strangers"] += any(f.customer_id not in family for f in findings)
        wrong_kin += any(f.relation == "relative" and f.customer_id not in family for f in findings)
        best.append(bool(findings))
    took.sort()
    cpu.sort()
    news = len(asked.news)
    return (
        {"customers": _size(catalogue), "doubles": doubles, "news": news}
        | {"found": round(1 - found["missed"] / doubles, 5), "found_as_the_same": _share(found, doubles, "same")}
        | {"doubles_told": dict(found)}
        | {f"new, {what}": round(count / news, 5) for what, count in told.items()}
        | {
            "new, a stranger called a relative": round(wrong_kin / news, 5),
            "new, warned at all": round(sum(best) / news, 5),
        }
        | {"p50_ms": _at(took, 0.5), "p99_ms": _at(took, 0.99), "most_ms": _at(took, 1.0)}
        | {"cpu_p50_ms": _at(cpu, 0.5), "cpu_p99_ms": _at(cpu, 0.99)}
        | {"peak_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2)}
    )


def sharing_no_key(model: Model, asked: Asked) -> float:
    """How many of the doubles share no blocking key with the record that is there: neither locks nor looks meet them."""
    likeness = Likeness(model, 0, 0)

    def keys(row: Row) -> set[int]:
        return set(keys_kept(likeness, likeness.record(as_given(read_record(row).flat))))

    apart = sum(keys(row).isdisjoint(keys(first)) for row, _, first in asked.doubles)
    return round(apart / max(len(asked.doubles), 1), 5)


def ask(
    catalogue: Catalogue, guard: DirectoryGuard, record: DirectoryRecord, took: list[float], cpu: list[float]
) -> tuple[Finding, ...]:
    """What a save asks of the guard, timed, and its CPU seconds, which neighbours on the machine do not lengthen."""
    with catalogue.writing(durable=False) as connection:
        begun, used = time.perf_counter(), time.thread_time()
        guard.hold(connection, record, None)
        findings = guard.examine(connection, record, ())
        took.append(time.perf_counter() - begun)
        cpu.append(time.thread_time() - used)
    return findings


def _share(found: Counter[str], count: int, relation: str) -> float:
    return round(sum(n for what, n in found.items() if what.endswith(relation)) / count, 5)


def _size(catalogue: Catalogue) -> int:
    with catalogue.reading() as connection:
        return guard_keys.size(connection)


def _at(took: list[float], share: float) -> float:
    return round(took[min(int(len(took) * share), len(took) - 1)] * 1000, 2)


if __name__ == "__main__":
    main()
