"""Makes a big archive once: a million made-up customers, 100,000 letters of theirs, and one folder of 100,000 more.

    python benchmarks/scale.py /tmp/scale/home [--customers 1000000] [--documents 100000] [--folder 100000]

The customers go in by what `dossier customers import` calls, in large transactions and without waiting for the disk, since
nobody else works there; the letters as the rows and objects that intake would have written; the index is made by
`dossier reindex` from the record, as it is after every bulk load. What is there already is not made again, so the
command can be broken off and repeated. Prints a JSON line a step: seconds, CPU seconds, peak memory.

Originals are the letters' plain texts, for pictures would only fill the disk; readings hold every word with its place,
as OCR leaves them. The letters of the big folder are short and repeat 2,000 texts; all others are different.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import made_up
from scale_rows import Prepared, loaded, prepare, write
from serving import COMMAND, ROOT
from sqlalchemy import Engine, delete, event, select

from api.printing import Progress
from archive import journal
from archive.access import system
from archive.adapters.in_sqlite import SqliteCatalogue
from archive.importing import import_customers
from archive.schema import outbox, source_record
from dedup.rows import keys_of_row

BIG_FOLDER = "metering"
_CHUNK = 500
_CUSTOMERS_A_TRANSACTION = 5000
STEPS = ("customers", "letters", "index")
"""Each in a process of its own, so that its memory is its own too."""


def done(step: str, options: argparse.Namespace) -> None:
    """Do a step and print what it took."""
    words = [str(options.home), "--step", step]
    for name in ("customers", "documents", "folder"):
        words += [f"--{name}", str(getattr(options, name))]
    began = time.perf_counter()
    command = (
        [*COMMAND, "reindex", "--home", str(options.home)] if step == "index" else [sys.executable, __file__, *words]
    )
    process = subprocess.Popen(command, cwd=ROOT)
    _pid, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"the step {step} ended with {os.waitstatus_to_exitcode(status)}; run this again to go on")
    took = {"s": round(time.perf_counter() - began, 1), "cpu_s": round(used.ru_utime + used.ru_stime, 1)}
    print(json.dumps({"step": step} | took | {"peak_mib": used.ru_maxrss // 1024}), flush=True)


@contextmanager
def opened_alone(home: Path) -> Iterator[SqliteCatalogue]:
    """The catalogue for a load that is begun anew where the power goes: nothing waits for the disk until the end."""

    def prepare_alone(connection: Any, _record: Any) -> None:
        for pragma in ("synchronous=OFF", "cache_size=-1000000", "wal_autocheckpoint=100000"):
            connection.execute(f"PRAGMA {pragma}")

    event.listen(Engine, "connect", prepare_alone)
    catalogue = SqliteCatalogue(home / "catalogue.db")
    try:
        catalogue.upgrade()
        yield catalogue
    finally:
        catalogue.close()
        event.remove(Engine, "connect", prepare_alone)
        os.sync()


def load_customers(home: Path, count: int) -> None:
    """All customers that are not there yet."""
    progress = Progress("customers", count)
    with opened_alone(home) as catalogue:
        with catalogue.reading() as connection:
            last = select(source_record.c.id).where(source_record.c.source_id == made_up.customer(count).source_id)
            if connection.execute(last.where(source_record.c.system == "made_up")).first():
                return
        file, actor = customer_file(home, count), system("benchmark")
        import_customers(catalogue, file, keys_of_row, actor, progress.at, chunk_rows=_CUSTOMERS_A_TRANSACTION)
    progress.end()


def customer_file(home: Path, count: int) -> Path:
    """The customers as a file of the directory; made where it is not there."""
    file = home.parent / f"customers-{count}.csv.gz"
    if not file.exists():
        fresh = file.with_suffix(".new")
        with gzip.open(fresh, "wt", encoding="utf-8", newline="", compresslevel=3) as sink:
            rows = csv.writer(sink)
            rows.writerow(made_up.HEAD)
            rows.writerows(one.row() for one in made_up.customers(count))
        fresh.rename(file)
    return file


def big_customer(count: int) -> made_up.Customer:
    """Whose folder is the big one: the first organisation."""
    return next(one for one in made_up.customers(count) if one.kind == "organisation")


def plans(customers: int, documents: int, folder: int) -> Iterator[tuple[range, int]]:
    """Chunks of letters to be made: their numbers, and the one customer that they are all from, 0 for everybody."""
    big = big_customer(customers).number if folder else 0
    yield from ((range(at, min(at + _CHUNK, documents + 1)), 0) for at in range(1, documents + 1, _CHUNK))
    last = documents + folder
    yield from ((range(at, min(at + _CHUNK, last + 1)), big) for at in range(documents + 1, last + 1, _CHUNK))


def load_letters(home: Path, customers: int, documents: int, folder: int) -> None:
    """Every letter that is not there yet. What waits for the index is let go of: it is made anew from the record."""
    progress = Progress("letters", documents + folder)
    with opened_alone(home) as catalogue, ProcessPoolExecutor(2) as pool:
        made = known = loaded(catalogue)
        todo = [(numbers, big) for numbers, big in plans(customers, documents, folder) if numbers[0] > known]
        for start in range(0, len(todo), 8):  # a few at a time, so that what is prepared does not pile up
            asked = [(numbers, big, customers, home / "objects") for numbers, big in todo[start : start + 8]]
            for prepared in pool.map(_prepared, asked):
                write(catalogue, prepared)
                made += len(prepared.letters)
                progress.at(made)
        journal.seal(catalogue)
        with catalogue.writing() as connection:
            connection.execute(delete(outbox))
    progress.end()


def _prepared(asked: tuple[range, int, int, Path]) -> Prepared:
    return prepare(*asked, BIG_FOLDER)


def main() -> None:
    """Make what is missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--folder", type=int, default=100_000)
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.home = home = options.home.absolute()
    home.mkdir(parents=True, exist_ok=True)
    if options.step == "customers":
        load_customers(home, options.customers)
    elif options.step == "letters":
        load_letters(home, options.customers, options.documents, options.folder)
    elif (home / "made.json").exists():
        print((home / "made.json").read_text())
    else:
        for step in STEPS:
            done(step, options)
        made = {"customers": options.customers, "documents": options.documents, "folder": options.folder}
        made |= {"big_customer": big_customer(options.customers).number, "code": BIG_FOLDER}
        (home / "made.json").write_text(json.dumps(made) + "\n")


if __name__ == "__main__":
    main()
