"""Ten thousand random pairs of customers merged and parted again, in another order: all as before, byte for byte.

    python -m benchmarks.merging_pairs [--on sqlite|postgres] [--customers 20000] [--pairs 10000] [--seed N]

Each customer has an account and letters in a folder, some have a case. Pairs are drawn among all, so that merges stand on
merges. Everything that the catalogue holds is written to a file before, after the merges and after the last parting, but for
what counts or tells of changes: versions, the journal, the outbox, merges that were taken back. On PostgreSQL the server is
that of `make engines`, with a database of its own. Prints one JSON line; the exit code is 1 where a byte differs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import Connection, insert, select

from api.wiring import catalogue_at
from archive import merging
from archive.access import system
from archive.errors import Conflict
from archive.importing import import_customers
from archive.ports import Catalogue
from archive.schema import arrival, case, customer, document, filing, folder, metadata, object_
from tests.on_engines import fresh_database

_BOSS = system("benchmark")
_AT = "2026-01-01T00:00:00.000000+00:00"
_LETTERS = 3
_NOT_COMPARED = frozenset(
    {"outbox", "journal_entry", "journal_block", "archive_fact", "access_log", "counter", "directory_size"}
)


def no_keys(row: Mapping[str, str]) -> Sequence[int]:
    """Nobody looks for doubles here."""
    return ()


def main() -> None:
    """Make the world, merge, part, compare, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--on", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dossier-merging-")))
        url = stack.enter_context(fresh_database()) if asked.on == "postgres" else f"sqlite:///{place}/catalogue.db"
        catalogue = catalogue_at(url, place)
        stack.callback(catalogue.close)
        catalogue.upgrade()
        _fill(catalogue, place, asked.customers, chance)
        before = _export(catalogue, place / "before")
        moved, merged_ms = _merged(catalogue, asked.customers, asked.pairs, chance)
        between = _export(catalogue, place / "between")
        chance.shuffle(moved)
        parted_ms = [_timed(lambda one=one: merging.unmerge(catalogue, _BOSS, one, "benchmark")) for one in moved]
        after = _export(catalogue, place / "after")
    told = {"on": asked.on, "customers": asked.customers, "letters": asked.customers * _LETTERS, "pairs": len(moved)}
    told |= {"the same after parting": before == after, "another while merged": before != between}
    print(json.dumps(told | {"merge_ms": _spread(merged_ms), "unmerge_ms": _spread(parted_ms), "export": after[:16]}))
    sys.exit(before != after or before == between)


def _merged(catalogue: Catalogue, customers: int, pairs: int, chance: random.Random) -> tuple[list[int], list[float]]:
    """Merge pairs that are not one yet; who was moved each time, and how long it took."""
    moved: list[int] = []
    took: list[float] = []
    while len(moved) < pairs:
        one, other = chance.sample(range(1, customers + 1), 2)
        with catalogue.reading() as connection:
            root = connection.execute(select(customer.c.survivor_id).where(customer.c.id == one)).scalar() or one
        try:
            took.append(_timed(lambda one=one, other=other: merging.merge(catalogue, _BOSS, one, other, "benchmark")))
        except Conflict:
            continue
        moved.append(root)
    return moved, took


def _timed(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return (time.perf_counter() - began) * 1000


def _spread(took: Sequence[float]) -> dict[str, float]:
    ordered = sorted(took)
    places = {"p50": 0.5, "p99": 0.99, "max": 1.0}
    return {name: round(ordered[min(int(len(ordered) * at), len(ordered) - 1)], 2) for name, at in places.items()}


def _export(catalogue: Catalogue, path: Path) -> str:
    """Write down all that the catalogue holds; the digest of the file."""
    with catalogue.reading() as connection, path.open("w", encoding="utf-8") as out:
        for table in metadata.sorted_tables:
            if table.name in _NOT_COMPARED:
                continue
            query = select(*(column for column in table.columns if column.name != "version"))
            if table.name == "customer_merge":
                query = query.where(table.c.undone_at.is_(None))
            out.write(f"{table.name}\n")
            for row in connection.execute(query.order_by(*table.primary_key.columns)):
                out.write(json.dumps([str(cell) for cell in row], ensure_ascii=False) + "\n")
    with path.open("rb") as written:
        return hashlib.file_digest(written, "sha256").hexdigest()


def _fill(catalogue: Catalogue, place: Path, customers: int, chance: random.Random) -> None:
    path = place / "customers.csv"
    with path.open("w", encoding="utf-8") as out:
        out.write("source_id,kind,surname,given_name,birth_date,phones,address,accounts,branch\n")
        for n in range(1, customers + 1):
            born = f"19{n % 60 + 30}-{n % 12 + 1:02d}-{n % 28 + 1:02d}"
            out.write(f"{n},person,Poole{n % 997},Given{n % 89},{born},+7900{n:07d},{n} Mill Lane,A-{n},12\n")
    import_customers(catalogue, path, no_keys, _BOSS)
    for start in range(1, customers + 1, 1000):
        with catalogue.writing() as connection:
            for number in range(start, min(start + 1000, customers + 1)):
                _letters(connection, number, chance)


def _letters(connection: Connection, number: int, chance: random.Random) -> None:
    """Letters of one customer in a folder, every third one's in a case too."""
    connection.execute(
        insert(folder).values(id=number, customer_id=number, code=chance.choice(("metering", "billing", "contract")))
    )
    with_case = number % 3 == 0
    if with_case:
        row = {"id": number, "number": f"C-{number}", "type": "other", "customer_id": number, "branch": "12"}
        connection.execute(
            insert(case).values(row | {"state": "open", "opened_on": "2026-01-01", "last_letter_on": "2026-01-01"})
        )
    keys = range(number * _LETTERS, (number + 1) * _LETTERS)
    digests = [f"{key:064x}" for key in keys]
    at = {"created_at": _AT}
    connection.execute(
        insert(object_),
        [{"digest": d, "size_bytes": 1, "media_type": "text/plain", "kind": "letter"} | at for d in digests],
    )
    connection.execute(insert(arrival), [_arrival(key, d) for key, d in zip(keys, digests, strict=True)])
    connection.execute(insert(document), [_document(key, d, number) for key, d in zip(keys, digests, strict=True)])
    how = {"ground": "account", "ground_value": f"A-{number}", "filed_at": _AT, "actor": "benchmark"}
    how |= {"branch": "12", "mark": ""}
    connection.execute(insert(filing), [{"document_id": key, "folder_id": number} | how for key in keys])
    if with_case:
        connection.execute(insert(filing), [{"document_id": key, "case_id": number} | how for key in keys])


def _arrival(key: int, digest: str) -> dict[str, object]:
    row: dict[str, object] = {"id": key, "receipt_number": f"R-{key}", "channel": "post", "source_key": f"letter {key}"}
    row |= {"branch": "12", "received_at": _AT, "received_on": _AT[:10], "digest": digest, "size_bytes": 1}
    return row | {"name": "letter.txt", "state": "opened", "submitted_by": "benchmark"}


def _document(key: int, digest: str, sender: int) -> dict[str, object]:
    row: dict[str, object] = {"id": key, "arrival_id": key, "ordinal": 1, "role": "letter", "name": "letter.txt"}
    row |= {"digest": digest, "media_type": "text/plain", "branch": "12", "channel": "post", "received_on": _AT[:10]}
    return row | {"state": "filed", "customer_id": sender, "created_at": _AT, "registration_number": f"IN-{key}"}


if __name__ == "__main__":
    main()
