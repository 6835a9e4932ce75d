"""`dossier dedup`: learn what doubles look like, say why two records are or are not one, match a whole file."""

from __future__ import annotations

import dataclasses
import shutil
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from api import cli_dedup_directory, cli_dedup_review
from api.cli_context import context, rooms
from api.cli_dedup_directory import run_directory, two_customers
from api.cli_likeness import Steps, ask, folder, insist_on_no_worse, let_take_over, store
from api.wiring import matcher_of
from archive.directory_file import RowProblem
from archive.errors import BadInput
from dedup import labelled, snapshot
from dedup.guard_models import shipped
from dedup.guard_words import told_of
from dedup.linkage.likeness import Likely, Likeness
from dedup.linkage.matching import Report
from dedup.linkage.matching import train as learn
from dedup.linkage.model import Model, ModelStore, OtherVersion, from_json
from dedup.linkage.reading import Row, rows_of
from dedup.snapshot import Told

Anyway = Annotated[bool, typer.Option("--anyway", help="Also where it does worse on the pairs that people decided.")]


class Engine(StrEnum):
    """What a file is matched by: this program on one machine, or Splink on Spark where one is too small."""

    DUCKDB = "duckdb"
    SPARK = "spark"


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
    cli_dedup_directory.join(dedup)
    cli_dedup_review.join(dedup)
    app.add_typer(dedup, name="dedup")


def train(
    files: Annotated[
        list[Path] | None, typer.Argument(help="CSV, CSV.gz or Parquet with the import's columns; else the directory.")
    ] = None,
    active: Annotated[bool, typer.Option("--activate", help="Let the new model take over at once.")] = False,
    anyway: Anyway = False,
) -> None:
    """Learn a model of likeness from records, without labels; what people said of pairs then puts it right, within bounds.

    The first one is active; later ones wait for a word. Told is how it does on those pairs, and how the active one does.
    """
    ask()
    kept = store()
    work = folder() / "training"
    with Steps() as steps:
        model = learn(files or [_directory(work, steps.told)], work / "learning", steps.told)
    before = kept.active_known()
    model, told = _put_right(model, before)
    version = kept.save(model)
    shutil.rmtree(work)
    takes_over = active or before is None
    if takes_over:
        if not anyway:
            insist_on_no_worse(model, before)
        let_take_over(kept, model)
    line = f"model {version} learnt from {model.records:,} records" + (", active" if takes_over else "")
    context().printer.row(_told(model) | {"model": version, "active": takes_over} | told, line + _measured_words(told))


def _directory(work: Path, told: Told) -> Path:
    """The directory as a file to learn from."""
    with rooms() as opened:
        snapshot.take(opened.catalogue, work / "directory", told)
    return snapshot.file_in(work / "directory")


def _put_right(model: Model, before: Model | None) -> tuple[Model, dict[str, object]]:
    """The model corrected by labels, and how it, the one that was learnt, and the active one do on them."""
    with rooms() as opened, opened.catalogue.reading() as connection:
        given, records = labelled.labels(connection), labelled.sizes(connection)
    if not given:
        return model, {"labels": 0}
    learnt = labelled.measured(model, given, records)
    better, unseen = labelled.corrected(model, given, records)
    told: dict[str, object] = {"labels": learnt.labels, "log_loss_learnt": learnt.log_loss}
    told |= {"log_loss": unseen.log_loss, "right": unseen.right, "corrected": better != model}
    if before is not None:
        now = labelled.measured(before, given, records)
        told |= {"log_loss_active": now.log_loss, "right_active": now.right}
    return better, told


def _measured_words(told: dict[str, object]) -> str:
    if not told.get("labels"):
        return "; no pairs were decided by people yet"
    words = f"; on {told['labels']} pairs decided by people: log loss {told['log_loss']}, {told['right']} right"
    if "log_loss_active" in told:
        words += f" (the active model: {told['log_loss_active']}, {told['right_active']} right)"
    return words


def models() -> None:
    """Every kept model, the oldest first, and which one is active."""
    kept_models = store()
    active = kept_models.active_version
    lines = [{"model": v, "active": v == active} | _of_kept(kept_models, v) for v in kept_models.versions()]
    columns = ("model", "active", "records", "same_a_record", "related_a_record", "made_by")
    context().printer.table("Models of likeness", columns, lines)


def _of_kept(kept_models: ModelStore, version: str) -> dict[str, object]:
    try:
        return _told(kept_models.load(version)) | {"made_by": "this version"}
    except OtherVersion:
        return {"made_by": "another version"}


def activate(
    version: Annotated[str, typer.Argument(help="A model's version.")],
    anyway: Anyway = False,
) -> None:
    """Let a kept model take over, once the guard's keys by it are made; `dossier dedup rollback` undoes it.

    Refused where it does worse than the active one on the pairs that people decided.
    """
    ask()
    kept = store()
    model = kept.load(version)
    if not anyway:
        insist_on_no_worse(model, kept.active_known())
    let_take_over(kept, model)
    context().printer.row({"model": version}, f"model {version} is active")


def keys(
    version: Annotated[
        str, typer.Argument(help="A model's version; `shipped`: the one of the program; else the active one.")
    ] = "",
) -> None:
    """Make the keys by which the guard finds customers, beside those in use, and let it take over. Goes on after a stop.

    After an upgrade that knows the active model no more, the model of the program is brought in anew.
    """
    ask()
    kept_models = store()
    own = None if version == "shipped" else kept_models.load(version) if version else kept_models.active_known()
    model = own or shipped()
    let_take_over(kept_models, model, kept=own is not None)
    context().printer.row({"model": model.version}, f"the guard asks model {model.version}")


def rollback() -> None:
    """Go back to the model that was active before."""
    ask()
    kept_models = store()
    version = kept_models.rollback()
    # Its keys were kept up meanwhile, so nobody waits.
    let_take_over(kept_models, kept_models.load(version), kept=False)
    context().printer.row({"model": version}, f"model {version} is active again")


def explain(
    one: Annotated[
        str, typer.Argument(help="A record: its source id, or system:source id; of the directory, its number.")
    ],
    other: Annotated[str, typer.Argument(help="Another record of the file, or customer.")],
    file: Annotated[
        Path | None,
        typer.Option("--input", help="CSV, CSV.gz or Parquet with the import's columns; else the directory."),
    ] = None,
    model_file: ModelFile = None,
) -> None:
    """Why two records of a file, or two customers, are one or not: each field, its level, and how much it weighs."""
    model = _model(model_file) or shipped()
    rows, counts = _two_rows(file, one, other) if file else two_customers(one, other)
    likeness = Likeness(model, *counts)
    records = [likeness.record(row) for row in rows]
    likely = likeness.compare(records[0], records[1:])[0]
    keys = [likeness.keys(record) for record in records]
    shared = [name for name, mine in keys[0].items() if set(mine) & set(keys[1].get(name, ()))]
    context().printer.row(
        dataclasses.asdict(likely) | {"found_by": shared, "model": model.version},
        _why(records[0].kind, likely, shared),
    )


def run(
    file: Annotated[
        Path | None,
        typer.Option("--input", help="CSV, CSV.gz or Parquet with the import's columns; else the directory."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="With --input: CSV to write: system, source_id, cluster_id, probability.")
    ] = None,
    model_file: ModelFile = None,
    work: Annotated[Path | None, typer.Option(help="Folder for what is under way; else beside the output.")] = None,
    engine: Annotated[
        Engine, typer.Option(help="With --input: what matches it; spark: Splink on Spark, by the same model file.")
    ] = Engine.DUCKDB,
    master: Annotated[
        str, typer.Option("--spark-master", help="Spark's address; local[N]: N cores of this machine.")
    ] = "local[*]",
) -> None:
    """Find who is who, in a file or in the directory; nobody is merged. Stopped, the same command goes on where it was.

    In a file: touches no directory; beside the output stands OUTPUT.review.csv, what a person should look at, the most
    valuable first. In the directory: works on a snapshot; who is certain to be one waits for `dossier dedup apply`, and what
    a person should look at is on the review list. Where no model was trained, one is learnt from the records.
    Past one machine: `--engine spark` says the same of a file, on as many as Spark has; it asks for a model.
    """
    if file is None:
        if output is not None or model_file is not None or engine is not Engine.DUCKDB:
            raise BadInput(
                "--output, --model and --engine go with --input; the directory is matched by the active model"
            )
        run_directory(work)
        return
    if output is None:
        raise BadInput("name the file to write: --output CLUSTERS.csv")
    place = work or output.with_name(f"{output.name}.work")
    match = matcher_of(engine, master)
    with Steps() as steps:
        report = match(file, output, place, _model(model_file), steps.told)
    for one in report.passes:
        if one.left_out:
            context().printer.note(
                f"pass by {one.name}: {one.left_out:,} values left out, each shared by too many"
                f" ({one.records_left_out:,} records)"
            )
    context().printer.row(dataclasses.asdict(report), _summary(output, report))


def _model(file: Path | None) -> Model | None:
    if file is None:
        return store().active()
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


def _why(kind: int, likely: Likely, shared: list[str]) -> str:
    kinds = sorted(likely.related.items(), key=lambda item: -item[1])
    lines = [f"one customer: {likely.same:.4f}" + (", never joined" if likely.vetoed else "")]
    lines += [f"related ({name}): {chance:.4f}" for name, chance in kinds if chance >= 0.0005]
    lines += [
        f"  {a.field:<10} {a.bits:+7.2f} bits, against relatives {a.bits_of_kin:+7.2f}: {told_of(kind, a)}"
        for a in likely.said
    ]
    return "\n".join(chain(lines, [f"found by: {', '.join(shared) or 'no blocking key'}"]))


def _summary(output: Path, report: Report) -> str:
    return (
        f"{output}: {report.records:,} records, {report.clusters:,} customers, {report.joined:,} joined,"
        f" {report.review:,} pairs for review, {report.refused_rows:,} rows refused; model {report.model}"
    )
