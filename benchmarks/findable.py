"""From filed to findable: how long after a letter's settlement the first search finds it.

    python benchmarks/findable.py [--letters 300] [--rate 5] [--backlog 5000] [--home HOME]

Starts `dossier serve` in demo mode (one worker, its feeder) on an archive of its own making, hands letters in through
the door on a clock, and asks for each letter's own word, over HTTP and in the index of this process, until it is found.
The clock starts where the settling transaction writes its time, shortly before its commit, so no figure flatters.

Measured twice: with nothing else to index, and while `--backlog` changed documents stand in the outbox all the time.
With `--home`, once: in an archive that `scale.py` made, or that `scale_engines.py` carried over; the letters stay in it.
Prints one JSON line a measurement: p50, p99 and the worst in ms, and for the backlog how fast it was worked off.
"""

from __future__ import annotations

import argparse
import http.client
import io
import json
import os
import random
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import staff_questions
from serving import environment, served
from sqlalchemy import func, select, update

from api.settings import read_settings
from api.wiring import Rooms, open_rooms
from archive import arrivals, documents, outbox
from archive.access import Access, system
from archive.arrivals import NewArrival
from archive.clock import as_moment
from archive.documents import NewLetter, unsettled
from archive.schema import document
from archive.schema import outbox as outbox_table
from search.ports import Query

_CHANCE = random.Random(11)
_BRANCH = "HQ"
_ACCESS: Access = system("benchmark")
_POLL_S = 0.01
_GIVE_UP_S = 120.0
_A_TRANSACTION = 100
_SYLLABLES = [
    "ба",
    "во",
    "ги",
    "де",
    "жу",
    "за",
    "ки",
    "ло",
    "му",
    "не",
    "по",
    "ра",
    "со",
    "ту",
    "фе",
    "ха",
    "ци",
    "че",
    "ша",
    "эр",
]
_PLAIN = [
    "прошу",
    "проверить",
    "показания",
    "прибора",
    "учета",
    "и",
    "сообщить",
    "о",
    "результате",
    "по",
    "адресу",
    "за",
    "прошлый",
    "месяц",
]


def word(syllables: int = 6) -> str:
    """A made-up word, long enough to be nobody else's."""
    return "".join(_CHANCE.choice(_SYLLABLES) for _ in range(syllables))


def letter(own: str, words: int) -> str:
    """A letter's text with its own word in it."""
    rest = [_CHANCE.choice(_PLAIN) if _CHANCE.random() < 0.7 else word(3) for _ in range(words)]
    return f"Заявление. {' '.join(rest[: words // 2])} {own} {' '.join(rest[words // 2 :])}.\n"


@dataclass
class Watch:
    """One way of asking: when it first found each document."""

    finds: Callable[[str], bool]
    found_at: dict[int, datetime] = field(default_factory=dict)

    def run(self, settled: Callable[[], dict[int, str]], expected: int) -> None:
        """Ask for every settled letter that is not found yet, until all are or none comes for too long."""
        until = time.monotonic() + _GIVE_UP_S
        while len(self.found_at) < expected and time.monotonic() < until:
            for document_id, own in settled().items():
                if document_id not in self.found_at and self.finds(own):
                    self.found_at[document_id] = datetime.now(UTC)
                    until = time.monotonic() + _GIVE_UP_S
            time.sleep(_POLL_S)


def over_http(port: int) -> Callable[[str], bool]:
    """Asks the server for a word, on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def finds(own: str) -> bool:
        connection.request("GET", "/api/search?" + urllib.parse.urlencode({"q": f'"{own}"', "in": "documents"}))
        return bool(json.loads(connection.getresponse().read())["documents"]["hits"])

    return finds


def in_process(rooms: Rooms) -> Callable[[str], bool]:
    """Asks the index as this process opened it."""
    return lambda own: rooms.documents_index.count(Query(f'"{own}"'), _ACCESS) > 0


def stock(rooms: Rooms, count: int) -> list[int]:
    """Settled letters of about 2 kB for the backlog to be made of; answers their ids."""
    readings = [_reading(rooms) for _ in range(min(count, 500))]
    made: list[int] = []
    while len(made) < count:
        with rooms.catalogue.writing() as connection:
            arrivals.ensure_branch(connection, _BRANCH)
            for number in range(len(made), min(len(made) + _A_TRANSACTION, count)):
                digest, size = readings[number % len(readings)]
                new = NewArrival("post", f"stock:{number}", _BRANCH, "stock.txt", f"stock/{number}", digest, size)
                arrival_id, _ = arrivals.register(connection, new, "benchmark")
                entered = NewLetter(1, None, None, "stock.txt", "text/plain", digest, size, ())
                document_id = documents.enter(connection, arrival_id, entered)
                documents.keep_reading(connection, document_id, digest, size, "benchmark")
                documents.settle(connection, document_id, unsettled("review", "", ""), "benchmark")
                made.append(document_id)
    return made


def _reading(rooms: Rooms) -> tuple[str, int]:
    body = json.dumps({"version": 1, "pages": [{"text": letter(word(), 200)}]}, ensure_ascii=False)
    return rooms.objects.put(io.BytesIO(body.encode()))


class Backlog:
    """Keeps at least so many changed documents in the outbox while the block runs, and counts what was worked off."""

    def __init__(self, rooms: Rooms, ids: list[int]) -> None:
        self._rooms, self._ids = rooms, ids
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.announced = 0
        self.worked_off_s = 0.0

    def __enter__(self) -> Backlog:
        if self._ids:
            self._announce()
            self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopping.set()
        if self._ids:
            self._thread.join()
            started = time.monotonic()
            self.left = waiting(self._rooms)
            while waiting(self._rooms):
                time.sleep(0.05)
            self.worked_off_s = time.monotonic() - started

    def _run(self) -> None:
        while not self._stopping.wait(0.2):
            if waiting(self._rooms) < len(self._ids):
                self._announce()

    def _announce(self) -> None:
        with self._rooms.catalogue.writing() as connection:
            next_version = document.c.version + 1
            connection.execute(update(document).where(document.c.id <= self._ids[-1]).values(version=next_version))
            rows = connection.execute(select(document.c.id, document.c.version).where(document.c.id <= self._ids[-1]))
            outbox.announce(connection, "document", [(row.id, row.version) for row in rows])
        self.announced += len(self._ids)


def waiting(rooms: Rooms) -> int:
    """How many changes stand in the outbox."""
    with rooms.catalogue.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(outbox_table)).scalar_one())


def measured(rooms: Rooms, port: int, count: int, rate: float, folder: Path) -> dict[str, list[float]]:
    """Hand `count` letters in on a clock; way of asking → ms from each settlement to the first search that found it."""
    words: dict[int, str] = {}
    ways = {"http": Watch(over_http(port)), "in_process": Watch(in_process(rooms))}
    threads = [threading.Thread(target=one.run, args=(lambda: settled(rooms, words), count)) for one in ways.values()]
    for thread in threads:
        thread.start()
    began = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, began + number / rate - time.monotonic()))
        own = word()
        path = folder / f"{own}.txt"
        path.write_text(letter(own, 150), encoding="utf-8")
        words[rooms.door.accept_file(path, "letter.txt", "post", _BRANCH, _ACCESS).arrival_id] = own
    for thread in threads:
        thread.join()
    with rooms.catalogue.reading() as connection:
        since_first = document.c.arrival_id >= min(words)
        rows = connection.execute(
            select(document.c.id, document.c.settled_at).where(document.c.settled_at.is_not(None), since_first)
        )
        since = {row.id: as_moment(row.settled_at) for row in rows}
    return {
        name: [(at - since[document_id]).total_seconds() * 1000 for document_id, at in way.found_at.items()]
        for name, way in ways.items()
    }


def settled(rooms: Rooms, words: dict[int, str]) -> dict[int, str]:
    """Document → its word, of the letters handed in that are settled."""
    known = dict(words)
    if not known:
        return {}
    query = select(document.c.id, document.c.arrival_id).where(document.c.arrival_id >= min(known))
    with rooms.catalogue.reading() as connection:
        rows = connection.execute(query.where(document.c.state != "work", document.c.parent_id.is_(None)))
        return {row.id: known[row.arrival_id] for row in rows if row.arrival_id in known}


def told(name: str, times: dict[str, list[float]], count: int) -> dict[str, object]:
    """The line that is printed."""
    line: dict[str, object] = {"run": name, "letters": count}
    for way, taken in times.items():
        taken.sort()
        line[f"{way}_found"] = len(taken)
        for title, share in (("p50", 0.5), ("p99", 0.99), ("worst", 1.0)):
            line[f"{way}_{title}_ms"] = round(taken[min(int(share * len(taken)), len(taken) - 1)]) if taken else None
    return line


def main() -> None:
    """Serve, stock, hand in, ask, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=300)
    parser.add_argument("--rate", type=float, default=5.0)
    parser.add_argument("--backlog", type=int, default=5000)
    parser.add_argument("--home", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dossier-findable-") as name:
        folder = Path(name, "in")
        folder.mkdir()
        if options.home:
            in_big(options.home.absolute(), options.letters, options.rate, folder)
        else:
            in_own(Path(name, "home"), options.letters, options.rate, options.backlog, folder)


def in_big(home: Path, letters: int, rate: float, folder: Path) -> None:
    """In an archive that is there."""
    os.environ.update(environment(home))
    rooms = open_rooms(read_settings(home=home))
    with rooms.catalogue.writing() as connection:
        arrivals.ensure_branch(connection, _BRANCH)
    _CHANCE.seed()  # words that no earlier run left there
    with served(home) as server:
        times = measured(rooms, server.port, letters, rate, folder)
    print(json.dumps(told(staff_questions.about(home), times, letters)), flush=True)
    rooms.close()


def in_own(home: Path, letters: int, rate: float, backlog: int, folder: Path) -> None:
    """In an archive made for it, without and with a backlog."""
    rooms = open_rooms(read_settings(home=home))
    ids = stock(rooms, backlog)
    with served(home) as server:
        while waiting(rooms):
            time.sleep(0.1)
        quiet = measured(rooms, server.port, letters, rate, folder)
        print(json.dumps(told("nothing else to index", quiet, letters)), flush=True)
        with Backlog(rooms, ids) as behind:
            busy = measured(rooms, server.port, letters, rate, folder)
        line = told(f"{backlog} documents in the outbox", busy, letters)
        line |= {"announced_beside": behind.announced, "left": behind.left}
        print(json.dumps(line | {"worked_off_s": round(behind.worked_off_s, 1)}))
    rooms.close()


if __name__ == "__main__":
    main()
