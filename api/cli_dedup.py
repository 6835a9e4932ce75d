"""`dossier dedup`: learn what doubles look like, say why two records are or are not one, match a whole file."""

from __future__ import annotations

import dataclasses
import shutil
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from api.cli_context import context, keeper, rooms
from api.printing import Progress
from archive.directory_file import RowProblem
from archive.errors import BadInput
from dedup.guard_building import take_over
from dedup.guard_models import shipped
from dedup.linkage.likeness import Likely, Likeness
from dedup.linkage.matching import Report, Told
from dedup.linkage.matching import run as match
from dedup.linkage.matching import train as learn
from dedup.linkage.model import Model, ModelStore, from_json
from dedup.linkage.reading import Row, rows_of

_MODELS = "likeness"

InputFile = Annotated[Path, typer.Option("--input", help="CSV, CSV.gz or Parquet with the import's columns.")]
ModelFile = Annotated[Path | None, typer.Option("--model", help="A model's file; else the active one.")]


def join(app: typer.Typer) -> None:
    """Add this file's commands."""
    dedup = typer.Typer(help="Who is somebody's double.", no_args_is_help=True)
    dedup.command("train")(train)
    dedup.command("models")(models)
    dedup.command("activate")(activate)
    dedup.command("keys")(keys)
    dedup.command("rollback")(rollback)
    dedup.command("explain")(explain)
    dedup.command("run")(run)
    app.add_typer(dedup, name="dedup")


def train(
    files: Annotated[list[Path], typer.Argument(help="CSV, CSV.gz or Parquet with the import's columns.")],
    active: Annotated[bool, typer.Option("--activate", help="Let the new model take over at once.")] = False,
) -> None:
    """Learn a model of likeness from records, without labels. The first one is active; later ones wait for a word."""
    _ask()
    store = _store()
    work = _folder() / "training"
    with _Steps() as steps:
        model = learn(files, work, steps.told)
    version = store.save(model)
    first = store.active() is None
    if active or first:
        _take_over(store, model)
    shutil.rmtree(work)
    told = _told(model) | {"model": version, "active": active or first}
    line = f"model {version} learnt from {model.records:,} records" + (", active" if active or first else "")
    context().printer.row(told, line)


def models() -> None:
    """Every kept model, the oldest first, and which one is active."""
    store = _store()
    active = store.active()
    lines = [
        {"model": v, "active": active is not None and active.version == v} | _told(store.load(v))
        for v in store.versions()
    ]
    context().printer.table(
        "Models of likeness", ("model", "active", "records", "same_a_record", "related_a_record"), lines
    )


def activate(version: Annotated[str, typer.Argument(help="A model's version.")]) -> None:
    """Let a kept model take over, once the guard's keys by it are made; `dossier dedup rollback` undoes it."""
    _ask()
    store = _store()
    _take_over(store, store.load(version))
    context().printer.row({"model": version}, f"model {version} is active")


def keys(
    version: Annotated[
        str, typer.Argument(help="A model's version; `shipped`: the one of the program; else the active one.")
    ] = "",
) -> None:
    """Make the keys by which the guard finds customers, beside those in use, and let it take over. Goes on after a stop."""
    _ask()
    store = _store()
    model = shipped() if version == "shipped" else store.load(version) if version else store.active() or shipped()
    _take_over(store, model, kept=version != "shipped" and (bool(version) or store.active() is not None))
    context().printer.row({"model": model.version}, f"the guard asks model {model.version}")


def rollback() -> None:
    """Go back to the model that was active before."""
    _ask()
    store = _store()
    version = store.rollback()
    # Its keys were kept up meanwhile, so nobody waits.
    _take_over(store, store.load(version), kept=False)
    context().printer.row({"model": version}, f"model {version} is active again")


def explain(
    one: Annotated[str, typer.Argument(help="A record: its source id, or system:source id.")],
    other: Annotated[str, typer.Argument(help="Another record of the file.")],
    file: InputFile,
    model_file: ModelFile = None,
) -> None:
    """Why two records of a file are one customer or not: each field, its level, and how much it weighs."""
    model = _model(model_file)
    if model is None:
        raise BadInput("there is no model yet; train one with `dossier dedup train FILE`")
    rows, counts = _two_rows(file, one, other)
    likeness = Likeness(model, *counts)
    records = [likeness.record(row) for row in rows]
    likely = likeness.compare(records[0], records[1:])[0]
    keys = [likeness.keys(record) for record in records]
    shared = [name for name, mine in keys[0].items() if set(mine) & set(keys[1].get(name, ()))]
    context().printer.row(
        dataclasses.asdict(likely) | {"found_by": shared, "model": model.version}, _why(likely, shared)
    )


def run(
    file: InputFile,
    output: Annotated[Path, typer.Option(help="CSV to write: system, source_id, cluster_id, probability.")],
    model_file: ModelFile = None,
    work: Annotated[Path | None, typer.Option(help="Folder for what is under way; else beside the output.")] = None,
) -> None:
    """Find who is who in a file; touches no directory. Stopped, the same command goes on where it was.

    Beside the output stands OUTPUT.review.csv: what a person should look at, the most valuable first. Where no model was
    trained, one is learnt from the file.
    """
    place = work or output.with_name(f"{output.name}.work")
    with _Steps() as steps:
        report = match(file, output, place, _model(model_file), steps.told)
    for one in report.passes:
        if one.left_out:
            context().printer.note(
                f"pass by {one.name}: {one.left_out:,} values left out, each shared by too many"
                f" ({one.records_left_out:,} records)"
            )
    context().printer.row(dataclasses.asdict(report), _summary(output, report))


class _Steps:
    """Progress of the steps of one piece of work, a line each."""

    def __init__(self) -> None:
        self._step: Progress | None = None

    def __enter__(self) -> _Steps:
        return self

    def __exit__(self, *_: object) -> None:
        if self._step is not None:
            self._step.end()

    @property
    def told(self) -> Told:
        """What hears how far the work is."""
        return self._told

    def _told(self, what: str, done: int, total: int | None) -> None:
        if self._step is None or self._step.what != what:
            if self._step is not None:
                self._step.end()
            self._step = Progress(what, total)
        self._step.at(done, total)


def _take_over(store: ModelStore, model: Model, *, kept: bool = True) -> None:
    """Let a model take over: in the directory first, where it needs its keys, then in the folder of models."""
    with rooms() as opened, _Steps() as steps:
        take_over(opened.catalogue, model, lambda done, total: steps.told("keys", done, total))
    if kept:
        store.activate(model.version)


def _ask() -> None:
    """Only those who keep the archive decide what counts as a double. Raises: Forbidden."""
    with rooms() as opened:
        keeper(opened)


def _folder() -> Path:
    return context().settings.home / _MODELS


def _store() -> ModelStore:
    return ModelStore(_folder())


def _model(file: Path | None) -> Model | None:
    if file is None:
        return _store().active()
    try:
        return from_json(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{file} can not be opened: {error.strerror}; name a model's file") from error


def _told(model: Model) -> dict[str, object]:
    pairs = model.persons.pairs_a_record
    related = sum(n for name, n in pairs.items() if name != "same")
    return {"records": model.records, "same_a_record": pairs["same"], "related_a_record": related}


def _two_rows(file: Path, *names: str) -> tuple[list[Row], tuple[int, int]]:
    """The two records, and how many persons and organisations the file has."""
    found: dict[str, Row] = {}
    persons = organisations = 0
    for row in rows_of(file):
        if isinstance(row, RowProblem):
            continue
        if row.get("kind") == "organisation":
            organisations += 1
        else:
            persons += 1
        for name in (row.get("source_id", ""), f"{row.get('system', '')}:{row.get('source_id', '')}"):
            if name in names:
                found.setdefault(name, row)
    missing = [name for name in names if name not in found]
    if missing:
        raise BadInput(f"{file} has no record {missing[0]}; name it by its source id, or as system:source id")
    return [found[name] for name in names], (persons, organisations)


def _why(likely: Likely, shared: list[str]) -> str:
    kinds = sorted(likely.related.items(), key=lambda item: -item[1])
    lines = [f"one customer: {likely.same:.4f}" + (", never joined" if likely.vetoed else "")]
    lines += [f"related ({name}): {chance:.4f}" for name, chance in kinds if chance >= 0.0005]
    lines += [
        f"  {a.field:<10} {a.level:<12} {a.bits:+7.2f} bits, against relatives {a.bits_of_kin:+7.2f}"
        for a in likely.said
    ]
    return "\n".join(chain(lines, [f"found by: {', '.join(shared) or 'no blocking key'}"]))


def _summary(output: Path, report: Report) -> str:
    return (
        f"{output}: {report.records:,} records, {report.clusters:,} customers, {report.joined:,} joined,"
        f" {report.review:,} pairs for review, {report.refused_rows:,} rows refused; model {report.model}"
    )
