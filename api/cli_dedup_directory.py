"""`dossier dedup run|apply|undo|runs` on the directory: found, merged, and taken back."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from api.cli_context import asker, context, keeper, rooms
from api.cli_customers_merging import bring_up_index
from api.cli_likeness import Steps, folder, let_take_over, store
from api.printing import Progress
from archive import match_runs
from archive.errors import BadInput, NotFound
from archive.insisting import insist_on_right
from archive.match_runs import MatchRun
from archive.ports import Catalogue
from dedup import applying, directory_run
from dedup.directory_rows import standing_of
from dedup.directory_run import DirectoryReport
from dedup.labelled import sizes
from dedup.linkage.likeness import Likeness
from dedup.linkage.reading import Row

_UNDER_WAY = "directory"
_LISTED = 1000

Run = Annotated[int | None, typer.Argument(help="The run's number; else the last that ended.", show_default=False)]


def join(dedup: typer.Typer) -> None:
    """Add this file's commands."""
    dedup.command("apply")(apply)
    dedup.command("undo")(undo)
    dedup.command("runs")(runs)


def run_directory(work: Path | None) -> None:
    """`dossier dedup run` without a file."""
    place, kept = work or folder() / _UNDER_WAY, store()
    with rooms() as opened:
        access = keeper(opened)
        if begun := directory_run.is_under_way(place):
            context().printer.note(f"goes on with the snapshot of {begun[:19]} UTC")

        with Steps() as steps:
            report = directory_run.run(
                opened.catalogue, access, place, kept, steps.told, lambda model: let_take_over(kept, model)
            )
    context().printer.row(dataclasses.asdict(report), _found(report))


def apply(
    run: Run = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List what would be merged, and merge nobody.")] = False,
) -> None:
    """Merge what a run is certain of, in small transactions. Only for admins; safe to stop and to repeat.

    Who changed since the run's snapshot is compared anew. Nobody is merged who was told apart or parted by a person, nor
    anybody through them: those pairs are put on the review list. `dossier dedup undo RUN` takes it all back.
    """
    with rooms() as opened:
        access = asker(opened)
        insist_on_right(access)
        with opened.catalogue.reading() as connection:
            chosen = match_runs.run_of(connection, run)
            records = sizes(connection)
        if chosen.ended_at is None:
            raise BadInput(f"run {chosen.id} has not ended; go on with it: dossier dedup run")
        if dry_run:
            _list(opened.catalogue, chosen)
            return
        progress = Progress("clusters", int(chosen.counts.get("clusters", 0)))
        likeness = Likeness(store().load(chosen.model), *records)
        done = applying.apply(opened.catalogue, access, chosen, likeness, progress.at)
        progress.end()
        told = {"run": chosen.id} | dataclasses.asdict(done)
        words = f"run {chosen.id}: {done.merged:,} customers merged in {done.clusters:,} clusters"
        words += f"; {done.left:,} left, as they changed since; {done.apart:,} left with somebody who was told apart"
        context().printer.row(told, words + (f"; {done.asked:,} pairs put on the review list" if done.asked else ""))
        bring_up_index(opened)


def undo(
    run: Annotated[int, typer.Argument(help="The run's number.", show_default=False)],
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the journal.", show_default=False)],
) -> None:
    """Take back every merge of a run that still stands: all is as it was. Only for admins; safe to stop and to repeat."""
    with rooms() as opened:
        with opened.catalogue.reading() as connection:
            chosen = match_runs.run_of(connection, run)
        progress = Progress("merges taken back", chosen.members.get("merged", 0))
        undone = applying.undo(opened.catalogue, asker(opened), chosen.id, reason, progress.at)
        progress.end()
        context().printer.row({"run": chosen.id, "undone": undone}, f"run {chosen.id}: {undone:,} merges taken back")
        bring_up_index(opened)


def runs() -> None:
    """Every run of the matcher over the directory, the last first, and what became of what it found."""
    with rooms() as opened:
        keeper(opened)
        with opened.catalogue.reading() as connection:
            found = match_runs.runs(connection)
    context().printer.table(
        "Runs over the directory",
        ("run", "started", "ended", "model", "records", "to_merge", "review", "merged", "undone", "left", "apart"),
        (_row(one) for one in found),
    )


def two_customers(one: str, other: str) -> tuple[list[Row], tuple[int, int]]:
    """Two customers of the directory as rows, and how many persons and organisations it holds. Raises: NotFound, BadInput."""
    if not (one.isdecimal() and other.isdecimal()):
        raise BadInput("name two customers by their numbers, or a file with --input")
    with rooms() as opened:
        keeper(opened)
        with opened.catalogue.reading() as connection:
            found = standing_of(connection, (int(one), int(other)))
            records = sizes(connection)
    for name in (one, other):
        if int(name) not in found:
            raise NotFound(f"there is no customer {name}")
    return [found[int(one)].row, found[int(other)].row], records


def _list(catalogue: Catalogue, chosen: MatchRun) -> None:
    """What the run would merge still, some at a time."""
    after = 0
    while True:
        with catalogue.reading() as connection:
            some = match_runs.proposed(connection, chosen.id, after, _LISTED)
        if not some:
            return
        for one in some:
            since = ", changed since" if one.changed else ""
            words = f"{one.customer_id} {one.name} → {one.into_id} {one.into_name} ({one.probability:.4f}{since})"
            context().printer.row(dataclasses.asdict(one), words)
        after = some[-1].customer_id


def _row(one: MatchRun) -> dict[str, object]:
    counted = {name: one.counts.get(name, "") for name in ("records", "to_merge", "review")}
    states = {name: one.members.get(name, 0) for name in ("merged", "undone", "left", "apart")}
    ends = {"run": one.id, "started": one.started_at[:19], "ended": (one.ended_at or "")[:19], "model": one.model}
    return ends | counted | states


def _found(report: DirectoryReport) -> str:
    return (
        f"run {report.run_id}: {report.records:,} customers, {report.to_merge:,} would be merged in"
        f" {report.clusters:,} clusters (dossier dedup apply), {report.review:,} pairs for review (dossier dedup review);"
        f" model {report.model}"
    )
