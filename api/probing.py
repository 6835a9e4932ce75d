"""Asks each engine whether it is there: side by side, each with a short limit, and never twice at once."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import select

from api.settings import Settings
from archive.access import system
from archive.errors import Damaged, DossierError, EngineAway
from archive.ports import Catalogue, ObjectStore
from archive.schema import document
from intake.ports import JobQueue
from search.ports import CustomerIndex, DocumentIndex, Query

LIMIT_S = 2.0
_FRESH_S = 1.0
_TESSERACT_FRESH_S = 60.0
_NO_DIGEST = "0" * 64


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of asking one engine; `words` tells the operator what is wrong, '' where nothing is; `about` what it
    is, of which version and where, '' where it did not say."""

    name: str
    well: bool
    seconds: float
    words: str = ""
    about: str = ""


class _Asking:
    """One question to one engine, answered or not yet."""

    def __init__(self, name: str, ask: Callable[[], str]) -> None:
        self.began = time.monotonic()
        self.answered = threading.Event()
        self._name, self._ask = name, ask
        self._answer = Answer(name, False, 0.0)
        # A daemon: an engine that never answers must not keep the program from ending.
        threading.Thread(target=self._run, name=f"probe-{name}", daemon=True).start()

    def _run(self) -> None:
        words = about = ""
        try:
            about = self._ask()
        except Exception as error:  # whatever it is, the engine did not do what was asked
            words = str(error) or type(error).__name__
        self._answer = Answer(self._name, not words, time.monotonic() - self.began, words, about)
        self.answered.set()

    def within(self, until: float) -> Answer:
        """The answer, waiting no longer than until then (monotonic seconds)."""
        if self.answered.wait(max(until - time.monotonic(), 0)):
            return self._answer
        passed = time.monotonic() - self.began
        return Answer(self._name, False, passed, f"no answer within {passed:.1f} s")


class Probes:
    """The engines of one archive and how each is asked what it is. An answer of this second is given again."""

    def __init__(self, asks: Mapping[str, Callable[[], str]], limit_s: float = LIMIT_S) -> None:
        self._asks, self._limit_s = asks, limit_s
        self._running: dict[str, _Asking] = {}
        self._lock = threading.Lock()

    def ask(self) -> list[Answer]:
        """Every engine's answer, in the order of the table, within the limit in all."""
        with self._lock:
            asked = [self._asking(name) for name in self._asks]
        until = time.monotonic() + self._limit_s
        return [one.within(until) for one in asked]

    def _asking(self, name: str) -> _Asking:
        held = self._running.get(name)
        if held is None or (held.answered.is_set() and time.monotonic() - held.began > _FRESH_S):
            held = self._running[name] = _Asking(name, self._asks[name])
        return held


class Engines(Protocol):
    """Where the engines of one archive are found."""

    @property
    def settings(self) -> Settings: ...
    @property
    def catalogue(self) -> Catalogue: ...
    @property
    def objects(self) -> ObjectStore: ...
    @property
    def documents_index(self) -> DocumentIndex: ...
    @property
    def customers_index(self) -> CustomerIndex: ...
    @property
    def jobs(self) -> JobQueue: ...


def probes_of(rooms: Engines, limit_s: float = LIMIT_S) -> Probes:
    """The probes of an archive."""
    tesseract = _Tesseract(rooms.settings.languages)
    return Probes(
        {
            "catalogue": lambda: _ask_catalogue(rooms.catalogue),
            "objects": lambda: _ask_objects(rooms.catalogue, rooms.objects),
            "search": lambda: _ask_search(rooms.documents_index, rooms.customers_index),
            "jobs": lambda: _ask_jobs(rooms.jobs),
            "tesseract": tesseract.ask,
        },
        limit_s,
    )


_ANYTHING = Query(facets=False, highlights=False)


def _ask_catalogue(catalogue: Catalogue) -> str:
    with catalogue.reading() as connection:
        connection.exec_driver_sql("SELECT 1")
    return catalogue.description


def _ask_search(documents: DocumentIndex, customers: CustomerIndex) -> str:
    for index in (documents, customers):
        index.count(_ANYTHING, system("readiness"))
    return documents.description()


def _ask_jobs(jobs: JobQueue) -> str:
    """The table, and the broker that announces it where there is one."""
    jobs.waiting()
    return jobs.description


def _ask_objects(catalogue: Catalogue, objects: ObjectStore) -> str:
    """The newest letter's bytes must be there: an empty folder where a disk was not mounted answers too."""
    try:
        with catalogue.reading() as connection:
            newest = connection.execute(select(document.c.digest).order_by(document.c.id.desc()).limit(1)).scalar()
    except DossierError:
        newest = None  # the catalogue tells of itself
    if not objects.has(newest or _NO_DIGEST) and newest:
        raise Damaged(f"the object store does not hold the newest letter, {newest}")
    return objects.description


class _Tesseract:
    """Asks tesseract for its languages; that it was well is believed for a minute, for it costs a process."""

    def __init__(self, languages: str) -> None:
        self._wanted = set(languages.split("+"))
        self._well_at = float("-inf")
        self._about = ""

    def ask(self) -> str:
        """Version and languages. Raises: EngineAway where it is not installed or lacks a language."""
        if time.monotonic() - self._well_at < _TESSERACT_FRESH_S:
            return self._about
        program = shutil.which("tesseract")
        if program is None:
            raise EngineAway("tesseract is not installed: apt-get install tesseract-ocr")
        listed = subprocess.run([program, "--list-langs"], capture_output=True, text=True, timeout=60, check=False)
        if missing := self._wanted - set(listed.stdout.split()):
            raise EngineAway(f"tesseract lacks {', '.join(sorted(missing))}: apt-get install its language packages")
        told = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60, check=False)
        version = (told.stdout or told.stderr).partition("\n")[0]
        self._about = f"{version}, {', '.join(sorted(self._wanted))}"
        self._well_at = time.monotonic()
        return self._about
