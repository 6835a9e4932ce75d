"""A few small letters in plain text, an archive to take them in, and the proof of what became of them."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path

from sqlalchemy import func, select

from api.proving import prove
from api.settings import read_settings
from api.wiring import Rooms, open_rooms
from archive import arrivals
from archive.access import system
from archive.importing import import_customers
from archive.schema import arrival, document, filing, job, outbox
from dedup.rows import keys_of_row
from intake.adapters.in_catalogue import this_owner
from intake.working import Worker

BRANCH = "63"
ALL = system("test")
_LEASE_OF_THE_DEAD_S = 60.0
_SURNAMES = ("Whitlock", "Okafor", "Underhill", "Penrose", "Ashdown", "Marlowe", "Thackeray", "Bramwell")
_GIVEN = ("Margaret", "Daniel", "Edith", "Walter", "Harriet", "Leonard")
_STREETS = ("Tanner Row", "Quay Street", "Mill Lane", "Kiln Yard", "Abbey Close")
_PEOPLE = [
    (f"55100770{number:02}", surname, given, f"{number + 11} {_STREETS[number % len(_STREETS)]}, Northbridge")
    for number, (given, surname) in enumerate(product(_GIVEN, _SURNAMES))
]
_WISHES = (
    "The lamps flicker every evening since Monday and the voltage is far too low. I complain about the quality.",
    "My last bill is wrong: it names {count} kWh that I never used. Please correct the amount.",
    "The meter shows {count} kWh today. I send you this meter reading as every month.",
    "We were away for {count} days last summer. Please recalculate the charge for that time.",
)


def letter(number: int) -> str:
    """A letter of its own, to be filed at sight: each number names another customer, as far as they go."""
    account, surname, given, address = _PEOPLE[number % len(_PEOPLE)]
    wish = _WISHES[number % len(_WISHES)].format(count=40 + number)
    return f"Dear Sirs,\n\n{wish}\n\nAccount {account}\n{address}\n\nYours faithfully,\n{given} {surname}\n"


def write_letters(folder: Path, numbers: Sequence[int]) -> list[Path]:
    """Each letter in a file of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"letter-{number:03}.txt" for number in numbers]
    for number, file in zip(numbers, files, strict=True):
        file.write_text(letter(number), encoding="utf-8")
    return files


@contextmanager
def archive_at(home: Path, environment: Mapping[str, str] | None = None) -> Iterator[Rooms]:
    """An archive with its customers and a branch, opened in this process. Safe to open again."""
    rooms = open_rooms(read_settings({"DOSSIER_BRANCH": BRANCH, **(environment or {})}, home))
    try:
        yield rooms
    finally:
        rooms.close()


def furnish(rooms: Rooms, folder: Path) -> None:
    """Give an empty archive its branch and its customers, found by search."""
    with rooms.catalogue.writing() as connection:
        arrivals.ensure_branch(connection, BRANCH)
    rows = [
        f'billing,{account},person,{surname},{given},"{address}",{account},{BRANCH}'
        for account, surname, given, address in _PEOPLE
    ]
    file = folder / "customers.csv"
    file.write_text("\n".join(["system,source_id,kind,surname,given_name,address,accounts,branch", *rows]) + "\n")
    import_customers(rooms.catalogue, file, keys_of_row, ALL)
    rooms.feed_all()


def hand_in(rooms: Rooms, files: Sequence[Path]) -> list[str]:
    """Accept the files, as `dossier intake` would; answers their receipt numbers."""
    return [rooms.door.accept_file(file, file.name, "post", BRANCH, ALL).receipt_number for file in files]


def worker_of(rooms: Rooms) -> Worker:
    """A worker in this process that does a job at a time."""
    return Worker(rooms.jobs, rooms.pipeline, this_owner())


def finish(rooms: Rooms) -> None:
    """Do all that is due, and bring the index up: who died while feeding it is waited for until its lease runs out."""
    worker = worker_of(rooms)
    while worker.do_one():
        pass
    until = time.monotonic() + _LEASE_OF_THE_DEAD_S
    rooms.feed_all()
    while rooms.feeder.lag().waiting and time.monotonic() < until:
        time.sleep(0.2)
        rooms.feed_all()


def all_is_well(rooms: Rooms, files: Sequence[Path]) -> None:
    """Every one of these letters was received and filed once, its bytes are ours, and the whole archive proves true."""
    with rooms.catalogue.reading() as connection:
        came = connection.execute(select(arrival.c.source_path, arrival.c.digest, arrival.c.state)).all()
        states = connection.execute(
            select(arrival.c.source_path, document.c.state, document.c.reason)
            .join_from(document, arrival)
            .where(document.c.part == 0)
        ).all()
        places = connection.execute(
            select(arrival.c.source_path, func.count(filing.c.folder_id), func.count(filing.c.case_id))
            .select_from(arrival.join(document).join(filing, filing.c.document_id == document.c.id))
            .group_by(arrival.c.source_path)
        ).all()
        left = [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in (job, outbox)]
    wanted = {str(file.absolute()): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    assert Counter((path, digest, state) for path, digest, state in came) == Counter(
        (path, digest, "opened") for path, digest in wanted.items()
    )
    assert [(path, state, reason) for path, state, reason in states if state != "filed"] == []
    assert Counter(path for path, _, _ in states) == Counter(wanted.keys()), "each arrival gave one letter"
    assert {tuple(row) for row in places} == {(path, 1, 1) for path in wanted}, "one folder and one case each"
    assert all(rooms.objects.verify(digest) for digest in wanted.values())
    assert left == [0, 0], "jobs and changes left"
    assert [problem for problem in prove(rooms, ALL) if problem.kind != "leftover"] == []
