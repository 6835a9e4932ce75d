"""By which models the guard compares: those that the catalogue names, read once a process and kept ready."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from weakref import WeakKeyDictionary

from sqlalchemy import Connection

from archive import guard_keys
from archive.errors import Conflict
from archive.guard_keys import LIVE, Likened, Standing, State
from archive.sentences import say
from dedup.linkage.keys import key_of_names
from dedup.linkage.likeness import Likeness, to_text
from dedup.linkage.model import Model, OtherVersion, from_json
from dedup.linkage.records import PERSON, Record

_SHIPPED = "default_model.json"
_FEWEST = 10_000
"""A directory is weighed as one of so many at the least: among its first ten, chance would pass for likeness."""


@cache
def shipped() -> Model:
    """The model that comes with the program, learnt from made-up people: what is asked until one is trained.

    Made by `python -m benchmarks.default_model`.
    """
    return from_json(resources.files("dedup.linkage").joinpath(_SHIPPED).read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Working:
    """A model at work on the directory at its size."""

    id: int
    state: State
    likeness: Likeness


class GuardModels:
    """The models in the catalogue, ready for use. Safe to share between threads; one a process.

    Within a writing transaction they are read once: they are held until it ends.
    """

    def __init__(self, first: Callable[[], Model] = shipped) -> None:
        """`first`: the model that an empty directory begins with."""
        self._first = first
        self._ready: dict[str, tuple[int, Likeness]] = {}
        self._has_begun = False
        self._held: WeakKeyDictionary[object, list[Working]] = WeakKeyDictionary()

    def live(self, connection: Connection) -> list[Working]:
        """The models whose keys a writer makes, held until its transaction ends. An empty directory gets its first one.

        Raises: Conflict where customers are there and their keys are not, or are those of another version's model.
        """
        transaction = connection.get_transaction()
        held = self._held.get(transaction) if transaction is not None else None
        if held is None:
            held = self._working(connection, self._live(connection))
            # Not the first one, as long as it is just being taken in: that may be taken back, and the rest go on.
            if transaction is not None and self._has_begun:
                self._held[transaction] = held
        return held

    def _live(self, connection: Connection) -> list[Standing]:
        if not self._has_begun:
            # Asked without a lock first: two who hold one row each and want the table alone would wait for each other.
            self._has_begun = any(one.state == "active" for one in guard_keys.models(connection))
        if not self._has_begun:
            guard_keys.alone(connection)
        found = [one for one in guard_keys.models(connection, held=True) if one.state in LIVE]
        if any(one.state == "active" for one in found):
            return found
        first = self._first()
        taken = guard_keys.take_in(connection, first.version, first.to_json())
        if taken.state != "active":
            raise _without_keys()
        return [*(one for one in found if one.id != taken.id), taken]

    def active(self, connection: Connection) -> Working | None:
        """The model that is asked; None in an empty directory that has none yet. Raises: as `live`."""
        transaction = connection.get_transaction()
        held = self._held.get(transaction) if transaction is not None else None
        if held is None:
            found = [one for one in guard_keys.models(connection) if one.state == "active"]
            if not found and guard_keys.size(connection):
                raise _without_keys()
            held = self._working(connection, found)
        return next((one for one in held if one.state == "active"), None)

    def _working(self, connection: Connection, found: Sequence[Standing]) -> list[Working]:
        size = max(guard_keys.size(connection), _FEWEST)
        return [Working(one.id, one.state, self._sized(connection, one, size)) for one in found]

    def _sized(self, connection: Connection, standing: Standing, size: int) -> Likeness:
        counted, likeness = self._ready.get(standing.version, (-1, None))
        if likeness is None or counted != standing.counted:
            # Names are counted anew in other processes too: which count a model is at stands beside it.
            model = likeness.model if likeness is not None else _known(connection, standing)
            here = guard_keys.names(connection, standing.id) if standing.counted else ""
            likeness = Likeness(model, 0, 0, from_json(here) if here else None)
            self._ready[standing.version] = standing.counted, likeness
        firms = round(size * standing.organisations)
        return likeness.resized(size - firms, firms)


class LikeningByModels:
    """`archive.likening.Likening`: sent to a process of its own as the models' files, read there once."""

    def __init__(self, contents: Mapping[int, str]) -> None:
        """`contents`: the files of the models by their numbers."""
        self._contents = dict(contents)

    @property
    def models(self) -> frozenset[int]:
        """The models that it works by."""
        return frozenset(self._contents)

    @cached_property
    def _ready(self) -> dict[int, Likeness]:
        return {key: Likeness(from_json(text), 0, 0) for key, text in self._contents.items()}

    def __call__(self, rows: Sequence[Mapping[str, str]]) -> list[tuple[Likened, ...]]:
        """What is kept of each row, in their order."""
        by_model = [likened_rows(model, likeness, rows) for model, likeness in self._ready.items()]
        return list(zip(*by_model, strict=True)) if by_model else [()] * len(rows)

    def __getstate__(self) -> dict[str, object]:
        return {"_contents": self._contents}


def likening_of(connection: Connection) -> LikeningByModels:
    """Work by the models that are live; an empty directory begins with the one that comes with the program.

    Raises: Conflict where customers are there and their keys are not.
    """
    return LikeningByModels({one.id: one.likeness.model.to_json() for one in GuardModels().live(connection)})


def _known(connection: Connection, standing: Standing) -> Model:
    """The model itself. Raises: Conflict where it is one of another version, whose keys nobody here can make or read."""
    try:
        return from_json(guard_keys.content(connection, standing.version))
    except OtherVersion as error:
        coming = next((one for one in guard_keys.models(connection) if one.state == "arriving"), None)
        if coming is not None:
            told = say(
                "the guard's keys are being made anew for this version, up to customer {done} of {total}: try again when"
                " all are there; if that was stopped, `dossier dedup keys` goes on",
                done=coming.upto,
                total=coming.last,
            )
            raise Conflict(told) from error
        raise Conflict(
            say("the guard's model is one of another version of this program: run `dossier dedup keys`")
        ) from error


def _without_keys() -> Conflict:
    return Conflict(say("the directory has no blocking keys for its guard yet: run `dossier dedup keys`"))


def likened_rows(model: int, likeness: Likeness, rows: Sequence[Mapping[str, str]]) -> list[Likened]:
    """What is kept of each row of the import's columns by one model: by the hundred at less than half the cost of one by one."""
    records = [likeness.record(as_given(row)) for row in rows]
    return [
        Likened(model, _with_names(keys, record), to_text(record))
        for record, keys in zip(records, likeness.keys_of_many(records), strict=True)
    ]


def as_given(row: Mapping[str, str]) -> Mapping[str, str]:
    """A record's columns without what the directory made of a whole name in one cell: names cut at its blanks, a kind guessed.

    The order of the words, and whether they are a firm's, is then told by the model, as it is of a file's row in bulk.
    """
    cut = tuple(part for part in (row["surname"], row["given_name"], row["patronymic"]) if part)
    if not cut or tuple(row["full_name"].split(None, 2)) != cut:
        return row
    kind = "" if row["kind"] == "person" and not row["birth_date"] else row["kind"]
    return {**row, "kind": kind, "surname": "", "given_name": "", "patronymic": ""}


def keys_kept(likeness: Likeness, record: Record) -> tuple[int, ...]:
    """The keys by which the guard finds a record: those of all passes, and one of the names alone."""
    return _with_names(flat_keys(likeness.keys(record)), record)


def _with_names(keys: tuple[int, ...], record: Record) -> tuple[int, ...]:
    names = key_of_names(record) if record.kind == PERSON else 0
    return (*keys, names) if names else keys


def flat_keys(keys: Mapping[str, Sequence[int]]) -> tuple[int, ...]:
    """The keys of all passes, each once."""
    return tuple(dict.fromkeys(key for some in keys.values() for key in some))
