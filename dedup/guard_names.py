"""How common names are in this very directory, counted now and then for the models that its guard asks.

Counted on an even sample and kept beside each model, so that every process weighs by the same; again when the directory has
grown. Between two counts the guard goes on by the last one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from archive import guard_keys
from archive.guard_keys import LIVE, Standing
from archive.ports import Catalogue
from dedup.linkage.at_home import at_home
from dedup.linkage.likeness import from_values
from dedup.linkage.model import OtherVersion, from_json
from dedup.linkage.records import Record

_FEWEST = 2_000
"""Of fewer customers the model knows more than they do."""
_GROWN = 1.25
_SAMPLED = 200_000
"""So many tell the share of a name that one in 65,536 bears, from which on names are told apart: three of them."""
_READ_AT_ONCE = 1_000


def count_names(catalogue: Catalogue) -> None:
    """Count the names for every live model, where the directory has grown by a quarter since. Safe to repeat."""
    with catalogue.reading() as connection:
        size, last = guard_keys.size(connection), guard_keys.last(connection)
        due = [one for one in guard_keys.models(connection) if _is_due(one, size)]
        contents = {one.id: guard_keys.content(connection, one.version) for one in due}
    for one in due:
        try:
            model = from_json(contents[one.id])
        except OtherVersion:
            continue  # nobody here asks it
        here = at_home(model, _sample(catalogue, one.id, last))
        with catalogue.writing() as connection:
            guard_keys.keep_names(connection, one.id, here.to_json(), size)


def _is_due(standing: Standing, size: int) -> bool:
    return standing.state in LIVE and standing.is_whole and size >= max(_FEWEST, _GROWN * standing.counted)


def _sample(catalogue: Catalogue, model: int, last: int) -> Iterator[Record]:
    """The first record of every so manieth customer."""
    numbers = range(1, last + 1, max(last // _SAMPLED, 1))
    for low in range(0, len(numbers), _READ_AT_ONCE):
        with catalogue.reading() as connection:
            found = guard_keys.records(connection, model, numbers[low : low + _READ_AT_ONCE])
        for _, text in found:
            yield from map(from_values, json.loads(text)[:1])
