"""The door under many clients at once, on each catalogue: every one gets its own number, and no number is left out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.access import system
from archive.adapters.on_disk import FolderStore
from archive.arrivals import NewArrival, ensure_branch
from archive.errors import BadInput
from archive.proofs.numbers import gaps
from archive.schema import arrival, job, journal_entry
from intake.acceptance import Accepted, Door
from intake.adapters.in_catalogue import CatalogueQueue
from tests.on_engines import Opened

CLIENTS, LETTERS = 16, 240
ME = system("clients")


@pytest.fixture
def door(opened: Opened, tmp_path: Path) -> Door:
    with opened.catalogue.writing() as connection:
        for code in ("63", "02"):
            ensure_branch(connection, code)
    return Door(opened.catalogue, FolderStore(tmp_path / "objects"), CatalogueQueue(opened.catalogue))


def letter(number: int) -> NewArrival:
    """Every tenth is the one before it, sent once more; every fourth has the bytes of another."""
    key = number - 1 if number % 10 == 9 else number
    return NewArrival("upload", f"key {key}", ("63", "02")[key % 2], "a.pdf", "", f"{key // 4:064x}", key // 4)


def test_many_clients_get_each_their_own_number(door: Door, opened: Opened) -> None:
    with ThreadPoolExecutor(CLIENTS) as clients:
        came = list(clients.map(lambda number: door.accept(letter(number), ME), range(LETTERS)))
    by_key: dict[str, set[tuple[int, str]]] = {}
    for number, one in enumerate(came):
        by_key.setdefault(letter(number).source_key, set()).add((one.arrival_id, one.receipt_number))
    assert all(len(told) == 1 for told in by_key.values())
    with opened.catalogue.reading() as connection:
        rows = {row.source_key: row for row in connection.execute(select(arrival))}
        assert list(gaps(connection)) == []
        jobs = set(connection.execute(select(job.c.key).where(job.c.kind == "open")).scalars())
        told = set(connection.execute(select(journal_entry.c.subject)).scalars())
    for number, one in enumerate(came):
        row, given = rows[letter(number).source_key], letter(number)
        assert (row.id, row.receipt_number) == (one.arrival_id, one.receipt_number)
        assert (row.digest, row.branch, row.size_bytes) == (given.digest, given.branch, given.size_bytes)
        assert f"-{given.branch}-" in one.receipt_number
    assert jobs == {str(one.arrival_id) for one in came}
    assert {f"arrival:{one.arrival_id}" for one in came} <= told


def test_a_branch_that_there_is_not_is_one_clients_trouble(door: Door) -> None:
    def hand_in(number: int) -> Accepted | BadInput:
        branch = "nowhere" if number % 7 == 3 else "63"
        try:
            return door.accept(NewArrival("upload", f"key {number}", branch, "a", "", "a" * 64, 1), ME)
        except BadInput as error:
            return error

    with ThreadPoolExecutor(CLIENTS) as clients:
        came = list(clients.map(hand_in, range(70)))
    assert [isinstance(one, BadInput) for one in came] == [number % 7 == 3 for number in range(70)]
