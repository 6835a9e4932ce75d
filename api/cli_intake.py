"""`dossier intake` and `dossier work`: take files in, and do what waits."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, cast

import typer

from api.cli_context import asker, context, keeper, rooms
from api.printing import Printer, Progress
from api.settings import worker_count
from api.wiring import Rooms
from api.workers import Crew, workers
from archive import arrivals
from archive.errors import BadInput, EngineAway, Forbidden
from intake.acceptance import Accepted, channel_of
from intake.answering import answer_again, answers
from intake.stages import Channel
from search.feeding import DOCUMENTS_A_TURN

_CHANNELS = ("auto", "post", "email", "form", "upload")
_POLL_S = 0.1
_FEED_EVERY_S = 1.0
_ASK_AGAIN_S = 10.0


@dataclass(frozen=True, slots=True)
class _Source:
    """A file to take in: where it lies, and the name by which it is told of."""

    path: Path
    name: str


class _Feeding:
    """Keeps the index up while mail comes in. One that is away holds up no mail: it is asked again, and catches up."""

    def __init__(self, opened: Rooms, printer: Printer, every_s: float = _FEED_EVERY_S) -> None:
        self._opened, self._printer, self._every_s = opened, printer, every_s
        self._next = time.monotonic() + every_s
        self._is_away = False

    def now_and_then(self) -> int:
        """A turn of the feeder where one is due; how many changes it brought."""
        return self.turn() if time.monotonic() >= self._next else 0

    def turn(self) -> int:
        """A turn now; how many changes it brought, 0 where the index is away."""
        count, self._is_away = 0, False
        try:
            count = self._opened.feeder.feed()
        except EngineAway as error:
            self._is_away = True
            self._printer.note(f"index: {error}; tried again")
        self._next = time.monotonic() + (_ASK_AGAIN_S if self._is_away else self._every_s)
        return count

    def to_the_end(self) -> None:
        """Bring the index up with the catalogue, or tell what is left to do."""
        while self.turn():
            pass
        if self._is_away:
            behind = self._opened.feeder.lag().waiting
            self._printer.note(f"index: {behind} changes wait for it; `dossier work` or `dossier serve` brings it up")


def join(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("intake")(take_in)
    app.command("work")(work_forever)


def take_in(
    paths: Annotated[list[str], typer.Argument(help="Files and folders.", show_default=False)],
    channel: Annotated[str, typer.Option(help=f"How it came: {', '.join(_CHANNELS)}.")] = "auto",
    branch: Annotated[str, typer.Option(help="Branch of receipt (DOSSIER_BRANCH).")] = "",
    workers_: Annotated[int, typer.Option("--workers", min=0, help="Worker processes; 0: one a core.")] = 0,
    again: Annotated[bool, typer.Option(help="Take known files in once more, as new arrivals.")] = False,
    bulk: Annotated[bool, typer.Option(help="A large load of old papers: goes behind everybody's post.")] = False,
) -> None:
    """Take in files and folders; answers one line per letter found. Running it again goes on where it stopped."""
    if channel not in _CHANNELS:
        raise BadInput(f"--channel {channel!r} is none of {', '.join(_CHANNELS)}")
    sources = list(_sources(paths))
    printer = context().printer
    count = workers_ or worker_count(context().settings)
    with workers(context().settings, count) as crew, rooms() as opened:
        code = branch or opened.settings.branch
        if not asker(opened).sees_branch(code):
            raise Forbidden(f"{asker(opened).actor} may not hand in for branch {code!r}")
        opened.insist_on_lock()
        with opened.catalogue.writing() as connection:
            arrivals.ensure_branch(connection, code, time_zone=opened.settings.time_zone)
        opened.jobs.recover()
        crew.begin()
        feeding = _Feeding(opened, printer)
        taken = list(_accepted(opened, sources, channel, code, again, bulk, feeding))
        crew.all_is_in()
        _process(opened, taken, crew, printer, feeding)


def _sources(paths: Sequence[str]) -> Iterator[_Source]:
    """Every file named or lying below a named folder; a folder's files by their path, as given, then within."""
    for given in paths:
        path = Path(given)
        if path.is_dir():
            for below in sorted(file for file in path.rglob("*") if file.is_file() and not file.is_symlink()):
                yield _Source(below, os.path.join(given, below.relative_to(path)))  # noqa: PTH118 - "as given"
        elif path.is_file():
            yield _Source(path, given)
        else:
            raise BadInput(f"{given}: there is no such file or folder")


def _accepted(
    opened: Rooms, sources: Sequence[_Source], channel: str, branch: str, again: bool, bulk: bool, feeding: _Feeding
) -> Iterator[tuple[_Source, Accepted]]:
    progress = Progress("accepted", len(sources))
    access = asker(opened)
    for count, source in enumerate(sources, 1):
        way = channel_of(source.path) if channel == "auto" else cast(Channel, channel)
        yield source, opened.door.accept_file(source.path, source.name, way, branch, access, again, bulk)
        progress.at(count)
        # The workers are at it already: what they filed is to be found, however long accepting takes.
        feeding.now_and_then()
    progress.end()


def _process(
    opened: Rooms, taken: Sequence[tuple[_Source, Accepted]], crew: Crew, printer: Printer, feeding: _Feeding
) -> None:
    """Tell of each arrival in order as soon as the workers have settled it, and feed the index meanwhile."""
    progress = Progress("settled", len(taken))
    told = 0
    while told < len(taken):
        before, running = told, crew.keep_up()
        told = _tell_settled(opened, taken, told, printer)
        # Not at every look: a turn of the feeder takes from the workers' cores.
        feeding.now_and_then()
        progress.at(told)
        if told == before:
            if not running:
                raise EngineAway("the workers stopped before all was settled; see above, then run it again")
            time.sleep(_POLL_S)
    feeding.to_the_end()
    progress.end()


def _tell_settled(opened: Rooms, taken: Sequence[tuple[_Source, Accepted]], told: int, printer: Printer) -> int:
    with opened.catalogue.reading() as connection:
        while told < len(taken):
            source, accepted = taken[told]
            came = arrivals.get(connection, accepted.arrival_id)
            lines = list(answers(connection, accepted.arrival_id, source.name))
            if came.state == "waiting" or any(line["outcome"] == "work" for line in lines):
                break
            if came.source_path != str(source.path.absolute()):
                lines = [answer_again(connection, accepted.arrival_id, source.name)]
            for line in lines:
                printer.row(line, _line(line))
            told += 1
    return told


def _line(answer: dict[str, object]) -> str:
    pages = "" if answer["page_from"] is None else f" p. {answer['page_from']}–{answer['page_to']}"
    where = " → ".join(str(answer[key]) for key in ("folder", "case") if answer[key])
    what = answer["document_type"] or ""
    return f"{answer['outcome']!s:9} {answer['file']}{pages}  {what}  {where or answer['reason']}"


def work_forever(
    workers_: Annotated[int, typer.Option("--workers", min=0, help="Worker processes; 0: one a core.")] = 0,
    until_idle: Annotated[bool, typer.Option(help="Stop when nothing is left to do.")] = False,
) -> None:
    """Do the jobs that wait, and keep the index up with the catalogue, until stopped."""
    count = workers_ or worker_count(context().settings)
    with workers(context().settings, count, forever=not until_idle) as crew, rooms() as opened:
        keeper(opened)
        opened.insist_on_lock()
        context().printer.note(f"{count} workers on {opened.settings.home}; Ctrl-C stops them, nothing is lost")
        opened.jobs.recover()
        crew.all_is_in()
        crew.begin()
        feeding = _Feeding(opened, context().printer, every_s=0.0)
        while crew.keep_up():
            if feeding.now_and_then() < DOCUMENTS_A_TURN:
                time.sleep(_POLL_S * 2)
        feeding.to_the_end()
