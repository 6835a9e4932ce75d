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
import random
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, delete, func, insert, select

from api.wiring import catalogue_at
from archive import guard_keys
from archive.bulk import insert_rows
from archive.directory_record import DirectoryRecord, read_record
from archive.guarding import Finding
from archive.ports import Catalogue
from archive.schema import customer, directory_size
from benchmarks.made_customers import World, households, records_of, write
from dedup.guard_judging import Policy
from dedup.guard_models import LikeningByModels, as_given, flat_keys, shipped
from dedup.guarding import DirectoryGuard
from dedup.linkage.likeness import Likeness
from dedup.linkage.matching import train
from dedup.linkage.model import Model

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
    asked, drawn = Asked(), random.Random(seed)
    with catalogue.writing() as connection:
        standing = guard_keys.take_in(connection, model.version, model.to_json())
        there = connection.execute(select(func.max(customer.c.id))).scalar() or 0
    likening = LikeningByModels({standing.id: model.to_json()})
    kept = _people(World(persons, random.Random(seed)), drawn, asked, min(4 * queries / persons, 1.0))
    last = 0
    while chunk := list(islice(kept, _AT_ONCE)):
        if last >= there:
            with catalogue.writing() as connection:
                _lay_down(connection, last, chunk, likening)
        last += len(chunk)
    with catalogue.writing() as connection:
        connection.execute(delete(directory_size))
        connection.execute(insert(directory_size).values(id=1, customers=last))
    drawn.shuffle(asked.doubles)
    drawn.shuffle(asked.news)
    return Asked(asked.doubles[:queries], asked.news[:queries])


def _people(world: World, drawn: random.Random, asked: Asked, share: float) -> Iterator[Row]:
    """The records of the directory in its order; what is asked about them goes to `asked`."""
    number = 0
    for family in households(world):
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


def _lay_down(connection: Connection, last: int, chunk: list[Row], likening: LikeningByModels) -> None:
    records = [read_record(row) for row in chunk]
    ids = range(last + 1, last + 1 + len(chunk))
    rows = [(n, r.values["kind"], r.display_name, "{}", "") for n, r in zip(ids, records, strict=True)]
    insert_rows(connection, customer, ("id", "kind", "display_name", "golden", "created_at"), rows)
    guard_keys.enter(connection, list(zip(ids, likening([r.flat for r in records]), strict=True)))


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
        return set(flat_keys(likeness.keys(likeness.record(as_given(read_record(row).flat)))))

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
