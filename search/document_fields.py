"""What of a document goes into which field, what an asker may see of it, and what of it is shown.

Pure, and the same for every engine: an adapter says in its own words what stands here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from archive.access import Access
from search.asking import Asked, dates
from search.folding import fold, mended_words, number_key, numbers_in, regular
from search.marking import Marker, piece, whole
from search.ports import Highlight, IndexedDocument, Query
from search.wording import Dialect, Wording, number_field

_NAMES = ("title", "file_name")
_NUMBERS = ("registration_number", "receipt_number", "case_number")


def wording(dialect: Dialect, stem: Callable[[str], str]) -> Wording:
    """How documents are looked for in these fields. `stem`: of a folded word, as the index holds it."""
    return Wording(
        dialect=dialect,
        exact=(("text", 1.0, stem), ("title", 2.0, stem)),
        whole="words",
        near=(("text", stem), ("words", str)),
        grams=("grams",),
    )


@dataclass(frozen=True, slots=True)
class DocumentFields:
    """A document, folded, field by field.

    `text` and `title` are for stems in order, `words` for words as they are, `grams` for parts of numbers (what spaces
    part are its pieces). `doors`: the terms of which an asker needs one. `values`: field → its value, where it has one.
    `day` counts days; `newness` is unique and rises with day and id. `body` is the text to show.
    """

    text: str
    title: str
    words: str
    grams: str
    doors: tuple[str, ...]
    values: dict[str, str]
    year: int
    day: int
    newness: int
    body: str


def fields_of(thing: IndexedDocument) -> DocumentFields:
    """The document as an index holds it."""
    folded, title = fold(thing.text), fold(f"{thing.title} {thing.file_name}")
    mended = " ".join(mended_words(folded))
    day = thing.received_on.toordinal()
    return DocumentFields(
        text=regular(f"{folded} {mended}"),
        title=regular(title),
        words=f"{folded} {mended} {title}",
        grams=number_field([*_own_numbers(thing), *numbers_in(title), *numbers_in(folded)]),
        doors=(_door("", thing.mark), _door(thing.branch, thing.mark)),
        values=_values(thing),
        year=thing.received_on.year,
        day=day,
        newness=day << 40 | thing.id,
        body=unicodedata.normalize("NFC", thing.text),
    )


def _own_numbers(thing: IndexedDocument) -> list[str]:
    own = (thing.case_number, thing.registration_number, thing.receipt_number, *thing.numbers)
    return [key for number in own if (key := number_key(number))]


def _values(thing: IndexedDocument) -> dict[str, str]:
    values = {
        "branch": thing.branch,
        "type": thing.document_type,
        "channel": thing.channel,
        "state": thing.state,
        "customer": str(thing.customer_id or ""),
        "case": number_key(thing.case_number),
    }
    return {name: value for name, value in values.items() if value}


def _door(branch: str, mark: str) -> str:
    """Branch and mark in one term, so that what the asker may see is one short list; no branch stands for any."""
    return f"{branch}\x1f{mark}"


def open_doors(access: Access) -> list[str]:
    """The doors that stand open; none for someone of no branch."""
    branches = [""] if access.branches is None else sorted(access.branches - {""})
    return [_door(branch, mark) for branch in branches for mark in ("", *sorted(access.marks - {""}))]


def values_wanted(query: Query, asked: Asked) -> dict[str, list[Any]]:
    """Field → the values asked for, by the fields of the question and by field words alike; only fields asked for."""
    own = asked.fields
    wanted: dict[str, set[Any]] = {
        "type": {*query.types, *own.get("type", ())},
        "branch": {*query.branches, *own.get("branch", ())},
        "channel": {*query.channels, *own.get("channel", ())},
        "state": {*query.states, *own.get("state", ())},
        "customer": {*([str(query.customer_id)] if query.customer_id else ()), *own.get("customer", ())},
        "case": {number_key(case) for case in (query.case_number, *own.get("case", ())) if case},
        "year": {*query.years, *map(int, own.get("year", ()))},
    }
    return {name: sorted(values) for name, values in wanted.items() if values}


def days_wanted(query: Query, asked: Asked) -> tuple[int, int] | None:
    """The first and the last day asked for, as `DocumentFields.day` counts; None where no day was named."""
    since = [*dates(asked.fields.get("since", ())), *([query.since] if query.since else [])]
    until = [*dates(asked.fields.get("until", ())), *([query.until] if query.until else [])]
    if not (since or until):
        return None
    return max(since, default=date.min).toordinal(), min(until, default=date.max).toordinal()


def document_from(values: Mapping[str, Any]) -> IndexedDocument:
    """The document that `stored.as_json` wrote."""
    received_on, numbers = date.fromisoformat(values["received_on"]), tuple(values["numbers"])
    return IndexedDocument(**{**values, "received_on": received_on, "numbers": numbers})


def highlights(thing: IndexedDocument, text: str, wanted: Marker) -> tuple[Highlight, ...]:
    """The title and numbers where they answer, and the best piece of the text."""
    names = _NAMES + (_NUMBERS if wanted.numbers else ())
    found = [whole(name, value, wanted) for name in names if (value := getattr(thing, name))]
    return tuple(one for one in (*found, piece("text", text, wanted)) if one)
