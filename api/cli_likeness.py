"""What the commands of `dossier dedup` share: the kept models, progress step by step, a model that takes over."""

from __future__ import annotations

from pathlib import Path

from api.cli_context import context, keeper, rooms
from api.printing import Progress
from archive.errors import BadInput
from archive.ports import Catalogue
from dedup import labelled
from dedup.guard_building import take_over
from dedup.guard_models import shipped
from dedup.labelled import Measured
from dedup.linkage.model import Model, ModelStore
from dedup.snapshot import Told

_MODELS = "likeness"


class Steps:
    """Progress of the steps of one piece of work, a line each."""

    def __init__(self) -> None:
        self._step: Progress | None = None

    def __enter__(self) -> Steps:
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
            # A step that knows how much there is says first what an earlier run did.
            self._step = Progress(what, total, first=done if total is not None else 0)
        self._step.at(done, total)


def folder() -> Path:
    """Where models, and what is under way, lie."""
    return context().settings.home / _MODELS


def store() -> ModelStore:
    """The kept models."""
    return ModelStore(folder())


def ask() -> None:
    """Only those who keep the archive decide what counts as a double. Raises: Forbidden."""
    with rooms() as opened:
        keeper(opened)


def let_take_over(kept_in: ModelStore, model: Model, *, kept: bool = True) -> None:
    """Let a model take over: in the directory first, where it needs its keys, then in the folder of models."""
    with rooms() as opened, Steps() as steps:
        take_over(opened.catalogue, model, steps.told)
    if kept:
        if not kept_in.active_version:
            # What the guard asked until now: a rollback goes back to it.
            kept_in.activate(kept_in.save(shipped()))
        kept_in.activate(model.version)


def on_labels(catalogue: Catalogue, *models: Model) -> list[Measured]:
    """How each of these models does on what people said of pairs."""
    with catalogue.reading() as connection:
        given, records = labelled.labels(connection), labelled.sizes(connection)
    return [labelled.measured(model, given, records) for model in models]


def insist_on_no_worse(model: Model, active: Model | None) -> None:
    """Raises: BadInput where a model does worse on what people said of pairs than the one that it would take over from."""
    if active is None or active.version == model.version:
        return
    with rooms() as opened:
        new, now = on_labels(opened.catalogue, model, active)
    if new.is_worse_than(now):
        raise BadInput(
            f"model {model.version} is worse than the active one on what people said of {new.labels} pairs: log loss"
            f" {new.log_loss} against {now.log_loss}; `--anyway` lets it take over all the same"
        )
