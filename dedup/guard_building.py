"""Blocking keys of a model for customers who are there already, made beside the keys of the model that is in use.

Chunk by chunk: read and worked out beside the writer, written in short transactions, noted, so that a stopped run goes on.
Whoever is written meanwhile gets keys of both models from whoever writes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from sqlalchemy import Connection, select

from archive import guard_keys, standing
from archive.guard_keys import Likened, Standing
from archive.ports import Catalogue
from archive.schema import customer
from archive.survivorship import in_force, record_of
from dedup.guard_models import likened, shipped
from dedup.linkage.likeness import Likeness
from dedup.linkage.model import Model

Told = Callable[[int, int], None]
"""Hears up to which customer the keys are made, of how many."""
_CUSTOMERS_AT_ONCE = 500
_ROWS_AT_ONCE = 2_000


def bring_in(catalogue: Catalogue, model: Model, told: Told = lambda done, total: None) -> Standing:
    """Make the keys of a model for all customers. Goes on where an earlier call was stopped; safe to repeat."""
    remove_leaving(catalogue)
    with catalogue.writing() as connection:
        standing = guard_keys.take_in(connection, model.version, model.to_json())
    ready = {standing.id: Likeness(model, 0, 0)}
    upto = standing.upto
    told(upto, standing.last)
    while upto < standing.last:
        with catalogue.reading() as connection:
            found = missing(connection, ready, upto, standing.last, _CUSTOMERS_AT_ONCE)
        upto = max(found) if len(found) == _CUSTOMERS_AT_ONCE else standing.last
        # Keys and the note of them go together: what a power cut takes back is made again.
        with catalogue.writing(durable=False) as connection:
            guard_keys.enter_missing(connection, found)
            guard_keys.reached(connection, standing.id, upto)
        told(upto, standing.last)
    with catalogue.reading() as connection:
        return next(one for one in guard_keys.models(connection) if one.id == standing.id)


def take_over(catalogue: Catalogue, model: Model, told: Told = lambda done, total: None) -> None:
    """Let the guard ask a model, once all its keys are there; keys of the model before the last one are removed."""
    standing = bring_in(catalogue, model, told)
    if standing.state != "active":
        with catalogue.writing() as connection:
            guard_keys.activate(connection, standing.id)
    remove_leaving(catalogue)


def remove_leaving(catalogue: Catalogue) -> None:
    """Remove the keys of models that were let go, some at a time."""
    with catalogue.reading() as connection:
        leaving = [one.id for one in guard_keys.models(connection) if one.state == "leaving"]
    for model in leaving:
        done = False
        while not done:
            with catalogue.writing() as connection:
                done = guard_keys.remove_some(connection, model, _ROWS_AT_ONCE)


def missing(
    connection: Connection, ready: Mapping[int, Likeness], after: int, upto: int, most: int
) -> dict[int, list[tuple[Likened, ...]]]:
    """What is to be kept of the next customers: of each of its records, and of several together as the customer is read."""
    query = select(customer.c.id, customer.c.golden).where(customer.c.id > after, customer.c.id <= upto)
    rows = connection.execute(query.order_by(customer.c.id).limit(most)).all()
    witnesses = standing.witnesses_of(connection, [row.id for row in rows])
    found = {}
    for row in rows:
        said = in_force(witnesses.get(row.id, []))
        if len(said) != 1:
            said = [record_of(json.loads(row.golden)), *said]
        found[row.id] = [likened(ready, record.flat) for record in said]
    return found


def begin(catalogue: Catalogue) -> None:
    """Give a small directory that has no keys yet those of the first model; a large one waits for `dossier dedup keys`."""
    with catalogue.reading() as connection:
        if any(one.state == "active" for one in guard_keys.models(connection)):
            return
        size = guard_keys.size(connection)
    if 0 < size <= _MADE_AT_ONCE:
        take_over(catalogue, shipped())


_MADE_AT_ONCE = 3_000
"""So many are made within a second or two, while whoever asks first waits."""
