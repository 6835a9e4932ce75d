"""Blocking keys of a model for customers who are there already, made beside the keys of the model that is in use.

Chunks are read here, worked out by as many processes as there are cores, and written here in short transactions. Keys are
random numbers: they are written in their order, those of a million customers together, for one by one each would fetch a
page of its own. What is written is noted, so that a stopped run goes on; whoever is written meanwhile gets keys of both
models from whoever writes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np
from sqlalchemy import Connection, select

from archive import guard_keys, standing
from archive.guard_keys import Standing
from archive.ports import Catalogue
from archive.schema import customer
from archive.standing import SaidRow
from archive.survivorship import in_force, record_of
from dedup.guard_models import LikeningByModels, shipped
from dedup.guard_names import count_names
from dedup.linkage.columns import Ints
from dedup.linkage.model import Model, is_known
from dedup.linkage.working import in_order
from dedup.snapshot import Told

_MAKING = 0.5
"""What of the work on some customers is done when their keys are made and wait to be written."""
_CUSTOMERS_AT_ONCE = 1_000_000
"""Keys of so many are written together: at a dozen of 16 bytes each, and again as much to sort them."""
_CUSTOMERS_A_CHUNK = 4_000
_WRITTEN_AT_ONCE = 10_000
_ROWS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some customers as they are read: (number, golden record), and what their source records say."""

    customers: Sequence[tuple[int, str]]
    said: Sequence[SaidRow]
    upto: int
    """Customers up to this number are read with it."""


@dataclass(frozen=True, slots=True)
class Made:
    """What is to be kept of a chunk: pairs of key and customer, and of each customer its records joined."""

    keys: Ints
    owners: Ints
    records: Sequence[tuple[int, str]]
    upto: int


def _to_nobody(what: str, done: int, total: int | None) -> None:
    """For whoever does not wait."""


def bring_in(catalogue: Catalogue, model: Model, told: Told = _to_nobody) -> Standing:
    """Make the keys of a model for all customers. Goes on where an earlier call was stopped; safe to repeat.

    `told` hears up to which customer they are there, those that wait to be written counted for half.
    """
    remove_leaving(catalogue, told)
    with catalogue.writing() as connection:
        arriving = guard_keys.take_in(connection, model.version, model.to_json())
    upto, last = arriving.upto, arriving.last
    told("keys", upto, last)
    waiting, customers = Keys(arriving.id), 0
    for some in in_order(_worked_out, _chunks(catalogue, upto, last), _prepare, model.to_json()):
        write_records(catalogue, arriving.id, some.records)
        waiting.add(some.keys, some.owners)
        customers += len(some.records)
        way = _Way(upto, some.upto, last, told)
        way.made()
        if some.upto == last or customers >= _CUSTOMERS_AT_ONCE:
            waiting.write(catalogue, way.written)
            with catalogue.writing(durable=False) as connection:
                guard_keys.reached(connection, arriving.id, some.upto)
            upto, customers = some.upto, 0
            told("keys", upto, last)
    with catalogue.reading() as connection:
        return next(one for one in guard_keys.models(connection) if one.id == arriving.id)


@dataclass(frozen=True, slots=True)
class _Way:
    """From the last customer of which all keys are written to the last one of which they are made."""

    low: int
    high: int
    last: int
    told: Told

    def made(self) -> None:
        """Say that their keys wait to be written."""
        self._tell(_MAKING)

    def written(self, share: float) -> None:
        """Say which share of the keys is written."""
        self._tell(_MAKING + (1 - _MAKING) * share)

    def _tell(self, share: float) -> None:
        # Never all of it: that is said when it is noted.
        self.told("keys", min(self.low + int((self.high - self.low) * share), self.high - 1), self.last)


def take_over(catalogue: Catalogue, model: Model, told: Told = _to_nobody) -> None:
    """Let the guard ask a model, once all its keys are there; keys of the model before the last one are removed."""
    standing = bring_in(catalogue, model, told)
    count_names(catalogue)
    if standing.state != "active":
        with catalogue.writing() as connection:
            guard_keys.activate(connection, standing.id)
            _let_go_unknown(connection)
    remove_leaving(catalogue, told)


def _let_go_unknown(connection: Connection) -> None:
    """Keep up no keys of a model of another version: none here can be made, and without them it can not come back."""
    for one in guard_keys.models(connection):
        if one.state == "kept" and not is_known(guard_keys.content(connection, one.version)):
            guard_keys.let_go(connection, one.id)


def remove_leaving(catalogue: Catalogue, told: Told = _to_nobody) -> None:
    """Remove the keys of models that were let go, some at a time."""
    with catalogue.reading() as connection:
        leaving = [one.id for one in guard_keys.models(connection) if one.state == "leaving"]
    removed = 0
    for model in leaving:
        done = False
        while not done:
            told("older keys removed", removed, None)
            with catalogue.writing() as connection:
                done = guard_keys.remove_some(connection, model, _ROWS_AT_ONCE)
            removed += _ROWS_AT_ONCE


def missing(connection: Connection, after: int, upto: int, most: int) -> Chunk:
    """Read the next customers that are to have keys."""
    query = select(customer.c.id, customer.c.golden).where(customer.c.id > after, customer.c.id <= upto)
    rows = [(row[0], row[1]) for row in connection.execute(query.order_by(customer.c.id).limit(most))]
    if not rows:
        return Chunk((), (), upto)
    last = rows[-1][0]
    return Chunk(rows, standing.said_between(connection, rows[0][0], last), last if len(rows) == most else upto)


def _chunks(catalogue: Catalogue, after: int, upto: int) -> Iterator[Chunk]:
    while after < upto:
        with catalogue.reading() as connection:
            chunk = missing(connection, after, upto, min(_CUSTOMERS_A_CHUNK, _CUSTOMERS_AT_ONCE))
        after = chunk.upto
        yield chunk


_ready: list[LikeningByModels] = []
_ONLY = 0


def _prepare(content: str) -> None:
    _ready[:] = [LikeningByModels({_ONLY: content})]


def _worked_out(chunk: Chunk) -> Made:
    """The work of one process: of each record of a customer, and of several together as the customer is read."""
    witnesses = standing.witnesses_in(chunk.said)
    every = []
    for who, golden in chunk.customers:
        said = in_force(witnesses.get(who, []))
        if len(said) != 1:
            said = [record_of(json.loads(golden)), *said]
        every.append((who, [record.flat for record in said]))
    return made(_ready[0], every, chunk.upto)


def made(likening: LikeningByModels, said: Sequence[tuple[int, Sequence[Mapping[str, str]]]], upto: int) -> Made:
    """What is to be kept of customers, by their number and their records, by the only model of `likening`."""
    found = chain.from_iterable(likening([row for _, rows in said for row in rows]))
    keys, owners, records = list[int](), list[int](), list[tuple[int, str]]()
    for who, rows in said:
        own = list(islice(found, len(rows)))
        for one in own:
            keys += one.keys
            owners += [who] * len(one.keys)
        records.append((who, guard_keys.joined(dict.fromkeys(one.record for one in own))))
    return Made(np.array(keys, dtype=np.int64), np.array(owners, dtype=np.int64), records, upto)


class Keys:
    """Keys of a model that wait to be written, those of many customers together and in their order."""

    def __init__(self, model: int) -> None:
        self._model = model
        self._waiting: list[tuple[Ints, Ints]] = []

    def add(self, keys: Ints, owners: Ints) -> None:
        """Take in keys and, of each, the customer."""
        self._waiting.append((keys, owners))

    def write(self, catalogue: Catalogue, told: Callable[[float], None] = lambda share: None) -> None:
        """Write all that wait, in transactions that hold nobody up; `told` hears which share is. Safe to repeat."""
        keys, owners = (np.concatenate(side) for side in zip(*self._waiting, strict=True))
        self._waiting = []
        order = np.lexsort((owners, keys))
        keys, owners = keys[order], owners[order]
        for low in range(0, len(keys), _WRITTEN_AT_ONCE):
            some = slice(low, low + _WRITTEN_AT_ONCE)
            rows = [
                (self._model, key, who) for key, who in zip(keys[some].tolist(), owners[some].tolist(), strict=True)
            ]
            # What a power cut takes back of them is made again: it takes the note of them as well.
            with catalogue.writing(durable=False) as connection:
                guard_keys.enter_missing_keys(connection, rows)
            told(min(1.0, (low + _WRITTEN_AT_ONCE) / len(keys)))


def write_records(catalogue: Catalogue, model: int, records: Sequence[tuple[int, str]]) -> None:
    """Write what is compared of customers, in transactions that hold nobody up. Safe to repeat."""
    for low in range(0, len(records), _WRITTEN_AT_ONCE):
        rows = [(model, who, text) for who, text in records[low : low + _WRITTEN_AT_ONCE]]
        with catalogue.writing(durable=False) as connection:
            guard_keys.enter_missing_records(connection, rows)


def begin(catalogue: Catalogue) -> None:
    """Give a small directory that has no keys yet those of the first model; a large one waits for `dossier dedup keys`."""
    with catalogue.reading() as connection:
        has_begun = any(one.state == "active" for one in guard_keys.models(connection))
        size = guard_keys.size(connection)
    if has_begun:
        count_names(catalogue)
        return
    if 0 < size <= _MADE_AT_ONCE:
        take_over(catalogue, shipped())


_MADE_AT_ONCE = 3_000
"""So many are made within a second or two, while whoever asks first waits."""
