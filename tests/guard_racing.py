"""Processes that save one person in two spellings in the same moment, round after round: what the guard must let through once.

Used by a contract test and, a thousand times, by `benchmarks/guard_race.py`.
"""

from __future__ import annotations

import multiprocessing
import random
from collections import Counter
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

from api.wiring import catalogue_at
from archive.access import system
from archive.by_hand import CustomerDoor, Given
from archive.errors import GuardRefused, GuardWarned
from benchmarks.made_customers import World, households
from dedup.guarding import DirectoryGuard
from dedup.rows import keys_of_row

_PATIENCE_S = 120.0
Spellings = tuple[dict[str, str], dict[str, str]]
_LATIN = str.maketrans({
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "y", "к": "k", "л": "l",
    "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch",
    "ш": "sh", "щ": "shch", "ы": "y", "ь": "", "ъ": "", "э": "e", "ю": "yu", "я": "ya",
})  # fmt: skip


def race(url: str, rounds: int, processes: int = 8, seed: int = 1) -> list[Counter[str]]:
    """Answer of each round how many were saved, warned and refused; anything else is there as an error's text.

    `url`: of a catalogue of this version's schema.
    """
    people = spellings(rounds, seed)
    context = multiprocessing.get_context("spawn")
    start, told = context.Barrier(processes), context.Queue()
    workers = [context.Process(target=_save_all, args=(url, people, at, start, told)) for at in range(processes)]
    for worker in workers:
        worker.start()
    found = [Counter[str]() for _ in people]
    try:
        for _ in range(rounds * processes):
            at, outcome = told.get(timeout=_PATIENCE_S)
            found[at][outcome] += 1
    finally:
        for worker in workers:
            worker.join(timeout=10)
            if worker.is_alive():
                worker.kill()
    return found


def _save_all(url: str, people: list[Spellings], place: int, start: Barrier, told: Queue[tuple[int, str]]) -> None:
    catalogue = catalogue_at(url, Path())
    door = CustomerDoor(catalogue, DirectoryGuard(), keys_of_row)
    access = system(f"clerk-{place}")
    for at, both in enumerate(people):
        given = Given(both[place % 2])
        start.wait(timeout=_PATIENCE_S)
        try:
            door.add(access, given)
            outcome = "saved"
        except GuardRefused:
            outcome = "refused"
        except GuardWarned:
            outcome = "warned"
        except Exception as error:
            outcome = f"{type(error).__name__}: {error}"
        told.put((at, outcome))
    catalogue.close()


def spellings(count: int, seed: int) -> list[Spellings]:
    """So many strangers, each in two spellings: no tax id, account, telephone or e-mail in common, a slip, another alphabet."""
    made = random.Random(seed)
    world = World(20_000, made)
    people = (family[0] for family in households(world))
    found = []
    for person, _ in zip(people, range(count), strict=False):
        birth = "{}-{:02}-{:02}".format(*person.birth)
        one = {
            "kind": "person", "surname": person.surname, "given_name": person.given, "patronymic": person.middle,
            "birth_date": birth, "address": person.address, "phones": person.phone,
        }  # fmt: skip
        street = person.address.split(", ", 1)[1]
        other = one | {
            "surname": _slip(person.surname, made),
            "phones": f"9{made.randrange(10**9):09}",
            "address": street.upper(),
        }
        if made.random() < 0.4:
            other |= {name: other[name].lower().translate(_LATIN) for name in ("surname", "given_name", "patronymic")}
        if made.random() < 0.4:
            other["patronymic"] = other["patronymic"][:1] + "."
        found.append((one, other))
    return found


def _slip(name: str, made: random.Random) -> str:
    at = made.randrange(2, len(name) - 1)
    return made.choice((name[:at] + name[at + 1 :], name[:at] + name[at] + name[at:], name[:at] + "о" + name[at + 1 :]))
