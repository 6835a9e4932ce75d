"""What of a customer goes into which field, and what of it is shown to whom.

Pure, and the same for every engine: an adapter says in its own words what stands here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from archive.access import Access
from search.asking import PLACE_WORDS, PREPOSITIONS, Asked
from search.folding import fold, number_key, phone_key, sound, without_apostrophes, words
from search.marking import Marker, whole
from search.ports import Highlight, IndexedCustomer, Query
from search.wording import Dialect, Wording, number_field

START_LETTERS = 6
"""How long the beginnings are that stand ready in a field of their own."""
_IDENTIFIERS = ("accounts", "contracts", "meters", "points_of_delivery")


def wording(dialect: Dialect, grams: tuple[str, ...]) -> Wording:
    """How customers are looked for in these fields. `grams`: those whose parts of numbers this asker may look for."""
    return Wording(
        dialect=dialect,
        exact=(("names", 2.0, str), ("words", 1.0, str)),
        whole="words",
        near=(("words", str),),
        grams=grams,
        starts="starts",
        start_letters=START_LETTERS,
        sounds="sounds",
        slight=PREPOSITIONS | PLACE_WORDS,
    )


@dataclass(frozen=True, slots=True)
class CustomerFields:
    """A customer, folded, field by field.

    `names` and `words` (which has the names too) are in order. What spaces part in the others are their pieces:
    beginnings, sounds, and parts of numbers, of which `guarded` are only asked for those who may see sensitive data.
    """

    names: str
    words: str
    starts: str
    sounds: str
    grams: str
    guarded: str


def fields_of(thing: IndexedCustomer) -> CustomerFields:
    """The customer as an index holds it."""
    names = fold(" ".join(thing.names))
    names += "".join(f" {joined}" for joined in without_apostrophes(names))
    rest = fold(" ".join((*thing.addresses, *thing.emails)))
    spoken = words(f"{names} {rest}")
    return CustomerFields(
        names=names,
        words=f"{names} {rest} {_groups_of_identifiers(thing)}",
        starts=" ".join({word[:end] for word in spoken for end in range(1, START_LETTERS + 1)}),
        sounds=" ".join({sound(word) for word in spoken if word.isalpha() and len(word) > 2}),
        grams=number_field(_open_numbers(thing)),
        guarded=number_field(_guarded_numbers(thing)),
    )


def values_wanted(query: Query, asked: Asked) -> dict[str, list[str]]:
    """Field → the values asked for, by the fields of the question and by field words alike; only fields asked for."""
    wanted = {
        "branch": {*query.branches, *asked.fields.get("branch", ())},
        "kind": {*query.kinds, *asked.fields.get("kind", ())},
    }
    return {name: sorted(values) for name, values in wanted.items() if values}


def customer_from(values: Mapping[str, Any], access: Access) -> IndexedCustomer:
    """The customer that `stored.as_json` wrote, without what this role may not see."""
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    birth = values["birth_date"]
    values["birth_date"] = date.fromisoformat(birth) if birth else None
    customer = IndexedCustomer(**values)
    return customer if access.sees_sensitive else replace(customer, tax_ids=(), birth_date=None)


def highlights(thing: IndexedCustomer, wanted: Marker) -> tuple[Highlight, ...]:
    """Each name, address and identifier that answers."""
    found = [whole(name, value, wanted) for name, values in _shown_texts(thing) for value in values]
    return tuple(one for one in found if one)


def _groups_of_identifiers(thing: IndexedCustomer) -> str:
    """Identifiers that have parts, so that a part too short to be cut into pieces is found too."""
    values = (value for kind in _IDENTIFIERS for value in getattr(thing, kind))
    return fold(" ".join(value for value in values if not value.isalnum()))


def _open_numbers(thing: IndexedCustomer) -> Iterable[str]:
    yield from (phone_key(phone) for phone in thing.phones)
    yield from (number_key(value) for kind in _IDENTIFIERS for value in getattr(thing, kind))


def _guarded_numbers(thing: IndexedCustomer) -> Iterable[str]:
    yield from (number_key(value) for value in thing.tax_ids)
    if thing.birth_date:
        yield from (thing.birth_date.strftime("%Y%m%d"), thing.birth_date.strftime("%d%m%Y"))


def _shown_texts(thing: IndexedCustomer) -> Iterable[tuple[str, Sequence[str]]]:
    yield "name", thing.names
    yield "address", thing.addresses
    yield "email", thing.emails
    yield "phone", thing.phones
    for name in (*_IDENTIFIERS, "tax_ids"):
        yield name, getattr(thing, name)
