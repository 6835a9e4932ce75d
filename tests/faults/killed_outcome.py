"""What came of an intake, letter by letter, and in what it differs from another of the same mail."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Row, func, select

from api.wiring import Rooms
from archive import ledger
from archive.access import system
from archive.schema import arrival, document
from archive.verifying import verify
from intake.answering import answers
from search import from_catalogue
from search.ports import Query
from tests.faults.killing import plain

EVERYBODY = system("test")


@dataclass(frozen=True)
class Outcome:
    """What an intake ended in, told without ids and numbers that depend on which worker was quicker."""

    answers: list[tuple[Any, ...]]
    receipt_numbers: dict[str, str]
    registration_numbers: list[str]
    ledger: list[dict[str, Any]]
    problems: list[str]


def outcome(opened: Rooms) -> Outcome:
    """What the archive holds after an intake, letter by letter; and everything about it that is not as it should be."""
    with opened.catalogue.reading() as connection:
        came = connection.execute(select(arrival).order_by(arrival.c.id)).all()
        lines = [line for one in came for line in answers(connection, one.id)]
        letters = connection.execute(select(document.c.parent_id, document.c.state)).all()
        balance = [dataclasses.asdict(row) for row in ledger.balance(connection, EVERYBODY)]
    names = {line["document"]: (line["file"], line["page_from"]) for line in lines if line["document"]}
    unproven = [f"{one.kind}: {one.words}" for one in verify(opened.catalogue, opened.objects, EVERYBODY)]
    return Outcome(
        sorted((plain(line, names) for line in lines), key=repr),
        {one.name: one.receipt_number for one in came},
        sorted(line["registration_number"] for line in lines if line["registration_number"]),
        balance,
        [*unproven, *_doubled(came), *_unsettled(came, letters), *_index_differs(opened)],
    )


def _doubled(came: Sequence[Row[Any]]) -> list[str]:
    again = [name for name, count in Counter(one.name for one in came).items() if count > 1]
    places = sorted(int(one.receipt_number.rpartition("-")[2]) for one in came)
    gaps = [] if places == list(range(1, len(came) + 1)) else [f"receipt numbers have gaps or repeats: {places}"]
    return [*(f"{name} is there more than once" for name in again), *gaps]


def _unsettled(came: Sequence[Row[Any]], letters: Sequence[Row[Any]]) -> list[str]:
    unopened = [f"{one.name} was never opened" for one in came if one.state not in {"opened", "rejected"}]
    in_work = sum(one.parent_id is None and one.state == "work" for one in letters)
    return [*unopened, f"{in_work} letters are still in work"] if in_work else unopened


def _index_differs(opened: Rooms) -> list[str]:
    """What the index of documents has beyond the catalogue, lacks, or has in another version or place."""
    with opened.catalogue.reading() as connection:
        count = connection.execute(select(func.max(document.c.id))).scalar_one() or 0
        ids = from_catalogue.settled_documents(connection, 0, count + 1)
        wanted = {one.id: _seen(one) for one in from_catalogue.documents(connection, opened.objects, ids)}
    found: dict[int, tuple[Any, ...]] = {}
    after = None
    while True:
        query = Query(limit=200, after=after, facets=False, highlights=False)
        page = opened.documents_index.search(query, EVERYBODY)
        found |= {hit.thing.id: _seen(hit.thing) for hit in page.hits}
        if (after := page.next) is None:
            break
    with opened.catalogue.reading() as connection:
        standing = len(from_catalogue.standing_customers(connection, 0, 10**9))
    held = opened.customers_index.count(Query(), EVERYBODY)
    customers = [] if held == standing else [f"index: {held} customers instead of {standing}"]
    differ = {key for key in wanted.keys() | found.keys() if wanted.get(key) != found.get(key)}
    documents = (f"index, document {key}: {found.get(key)} instead of {wanted.get(key)}" for key in sorted(differ))
    return [*documents, *customers]


def _seen(one: Any) -> tuple[Any, ...]:
    return (one.version, one.state, one.document_type, one.customer_id, one.case_number, one.registration_number)


def differences(wanted: Outcome, got: Outcome, acknowledged: Mapping[str, str]) -> list[str]:
    """Every letter and number that is not as in the undisturbed intake, and whatever does not prove true in this one."""
    found = list(got.problems)
    missing, extra = (
        Counter(map(repr, wanted.answers)) - Counter(map(repr, got.answers)),
        Counter(map(repr, got.answers)) - Counter(map(repr, wanted.answers)),
    )
    found += [f"- {line}" for line in missing.elements()] + [f"+ {line}" for line in extra.elements()]
    found += [
        f"{one.name} differ"
        for one in fields(Outcome)
        if one.name not in {"answers", "problems"} and getattr(wanted, one.name) != getattr(got, one.name)
    ]
    if acknowledged != got.receipt_numbers:
        found.append("what was acknowledged is not what is there")
    return found
