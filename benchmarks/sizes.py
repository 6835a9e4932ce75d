"""What an archive that `scale.py` made keeps, and where: bytes a customer and a letter in catalogue, index and objects.

    python benchmarks/sizes.py HOME

Of an archive on one machine or on engines. One JSON line: bytes of each group of tables with its indexes (those that
grow with customers, with letters, with both), of each index, of objects by kind, and each a thing.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import staff_questions
from elasticsearch import Elasticsearch
from serving import environment
from sqlalchemy import func, select, text

from api.settings import Settings, read_settings
from api.wiring import Rooms, open_rooms
from archive.schema import customer, document, object_
from search.adapters.elastic_address import read_address

_OF_CUSTOMERS = frozenset(
    {"customer", "source_record", "identifier", "contact_point", "address", "account", "point_of_delivery", "meter", "contract",
     "holding", "customer_key"}
)  # fmt: skip
_OF_LETTERS = frozenset(
    {
        "object",
        "arrival",
        "document",
        "rendition",
        "party",
        "folder",
        "filing",
        "case_",
        "journal_entry",
        "journal_block",
    }
)


def tables_of(rooms: Rooms, home: Path) -> dict[str, int]:
    """Table → bytes, its indexes with it."""
    if rooms.settings.catalogue_url:
        sizes = text(
            "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r' AND relnamespace = 2200"
        )
        with rooms.catalogue.reading() as connection:
            return {str(name): int(size) for name, size in connection.execute(sizes)}
    with sqlite3.connect(home / "catalogue.db") as connection:
        query = (
            "SELECT m.tbl_name, sum(s.pgsize) FROM dbstat s JOIN sqlite_master m ON m.name = s.name GROUP BY m.tbl_name"
        )
        return dict(connection.execute(query))


def indexes_of(settings: Settings, home: Path) -> dict[str, int]:
    """Index → bytes."""
    if not settings.search_url:
        return {one.name: _folder(one) for one in (home / "index").iterdir() if one.is_dir()}
    address = read_address(settings.search_url)
    with Elasticsearch(address.node) as client:
        told: Any = client.indices.stats(index=f"{address.prefix}*", metric="store")["indices"]
    held = {name: one["primaries"]["store"]["size_in_bytes"] for name, one in told.items()}
    return {name: size for name, size in held.items() if not name.endswith("-writers")}


def _folder(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> None:
    """Weigh and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    home = parser.parse_args().home.absolute()
    os.environ.update(environment(home))
    settings = read_settings(home=home)
    rooms = open_rooms(settings)
    groups: Counter[str] = Counter()
    for name, size in tables_of(rooms, home).items():
        groups["customers" if name in _OF_CUSTOMERS else "letters" if name in _OF_LETTERS else "other"] += size
    with rooms.catalogue.reading() as connection:
        customers, letters = (
            connection.execute(select(func.count()).select_from(one)).scalar_one() for one in (customer, document)
        )
        query = select(object_.c.kind, func.count(), func.sum(object_.c.size_bytes)).group_by(object_.c.kind)
        objects = {kind: {"count": count, "bytes": int(size)} for kind, count, size in connection.execute(query)}
    indexes = indexes_of(settings, home)
    rooms.close()
    each = {
        "catalogue, a customer": groups["customers"] // customers,
        "catalogue, a letter": groups["letters"] // letters,
    }
    for name, size in indexes.items():
        each[f"index {name}, a thing"] = size // (customers if "customers" in name else letters)
    line = {
        "on": staff_questions.about(home),
        "catalogue_bytes": dict(groups),
        "index_bytes": indexes,
        "objects": objects,
    }
    print(json.dumps(line | {"bytes": each}))


if __name__ == "__main__":
    main()
