"""Makes the search index of a big made-up directory alone, without the directory: for measuring search at its full size.

    python benchmarks/customers_index.py HOME [--customers 12000000] [--processes 2]
    python benchmarks/search_http.py HOME
    python benchmarks/callers.py HOME

The customers are those of `scale.py`, and what the index holds of each is what `dossier reindex` would put there; hits are
shown out of the index, so that search answers as it would over the whole archive. Only what needs the catalogue (a
customer's page) is not there. Prints a JSON line: seconds, CPU seconds, bytes.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import made_up

from api.settings import read_settings
from api.wiring import open_rooms
from search import customer_fields
from search.adapters.in_tantivy import TantivyIndex
from search.adapters.tantivy_customers import Customers, document_of
from search.ports import IndexedCustomer
from search.standing import origin_of
from search.stored import as_json

_CHUNK = 2_000
_AHEAD = 8
_COMMIT_EVERY = 500_000
_TELL_EVERY = 100_000


class Folded(NamedTuple):
    """A customer as a process of its own made it ready."""

    id: int
    version: int
    kind: str
    branch: str
    fields: customer_fields.CustomerFields
    shown: bytes


class Ready(Customers):
    """Customers that are folded already."""

    def written(self, thing: Any) -> Any:
        """The document."""
        return document_of(thing.fields, thing.id, thing.kind, thing.branch, thing.shown)


def folded(first: int, end: int) -> list[Folded]:
    """Customers `first` to `end`, without the last."""
    found = []
    for number in range(first, end):
        thing = indexed(made_up.customer(number))
        fields = customer_fields.fields_of(thing)
        found.append(Folded(thing.id, thing.version, thing.kind, thing.branch, fields, as_json(thing)))
    return found


def indexed(one: made_up.Customer) -> IndexedCustomer:
    """The customer as the record would give it to the index."""
    lists = {
        name: tuple(filter(None, getattr(one, name).split(";")))
        for name in ("accounts", "contracts", "meters", "points_of_delivery", "phones", "emails")
    }
    return IndexedCustomer(
        id=one.number,
        version=1,
        names=(one.full_name,),
        kind=one.kind,
        branch=one.branch,
        birth_date=date.fromisoformat(one.birth_date) if one.birth_date else None,
        addresses=(one.address,) if one.address else (),
        tax_ids=(one.tax_id,) if one.tax_id else (),
        **lists,
    )


def in_order(customers: int, processes: int) -> Iterator[list[Folded]]:
    """All of them in their order, made side by side."""
    ranges = iter([(at, min(at + _CHUNK, customers + 1)) for at in range(1, customers + 1, _CHUNK)])
    with ProcessPoolExecutor(processes) as pool:
        waiting: list[Future[list[Folded]]] = [
            pool.submit(folded, *one) for one in (next(ranges, None) for _ in range(_AHEAD)) if one
        ]
        while waiting:
            yield waiting.pop(0).result()
            if one := next(ranges, None):
                waiting.append(pool.submit(folded, *one))


def main() -> None:
    """Make it and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("--customers", type=int, default=12_000_000)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    asked.home.mkdir(parents=True, exist_ok=True)
    rooms, began, count = open_rooms(read_settings(home=asked.home.absolute())), time.monotonic(), 0
    folder = asked.home / "index" / "customers"
    index = TantivyIndex(folder, Ready(), origin_of(rooms.catalogue, "customer"))
    with index.fresh() as fresh:
        for some in in_order(asked.customers, asked.processes):
            fresh.put_many(some)
            before, count = count, count + len(some)
            if count // _COMMIT_EVERY > before // _COMMIT_EVERY:
                fresh.commit()
            if count // _TELL_EVERY > before // _TELL_EVERY:
                print(f"{count:,} in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    rooms.close()
    (asked.home / "made.json").write_text(json.dumps({"customers": count, "documents": 0, "folder": 0}))
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    line = {"customers": count, "s": round(time.monotonic() - began)}
    line |= {"cpu_s": round(sum(one.ru_utime + one.ru_stime for one in used))}
    print(json.dumps(line | {"bytes": sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())}))


if __name__ == "__main__":
    main()
