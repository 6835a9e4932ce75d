"""The search page: one box for customers and documents; the address holds the whole question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from api import finding, looking
from api.finding import Found, FoundCustomer, FoundDocument, Question, Where, none_given
from api.http.answering import rooms_of
from api.http.rooms import Rooms
from api.pages.forms import see_other
from api.pages.rendering import Pieces, address, page, pieces, wording_for
from api.signing_in import Asker, who_asks
from api.wording import Wording
from archive.showing.jumping import Jump, jump
from search.ports import FACETS, Highlight
from search.ports import Query as IndexQuery

router = APIRouter(include_in_schema=False)
Several = Annotated[list[str], Query(default_factory=none_given)]
_MOST_VALUES = 12
_MOST_SENTENCES = 2
_PATHS = {"document": "/documents/", "case": "/cases/", "arrival": "/arrivals/", "customer": "/customers/"}


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a filter, as a link that sets or drops it."""

    label: str
    count: int
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """One filter."""

    name: str
    values: Sequence[FacetValue]


@router.get("/")
def show(
    request: Request,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
    type: Several,  # noqa: A002 (the name in the address)
    branch: Several,
    channel: Several,
    state: Several,
    year: Annotated[list[int], Query(default_factory=none_given)],
    q: Annotated[str, Query(max_length=1000)] = "",
    within: Annotated[Where, Query(alias="in")] = "all",
    after: str | None = None,
    as_you_type: bool = False,
) -> Response:
    """The page, or only what was found where the page itself asks as one types."""
    several = (tuple(type), tuple(branch), tuple(channel), tuple(state), tuple(year))
    asked = Question(q, within, *several, after=after, as_you_type=as_you_type)
    with rooms.catalogue.reading() as connection:
        straight = jump(connection, asker.access, q) if q.strip() and not after else None
    partial = request.headers.get("hx-target") == "found"
    if straight is not None and not partial and within == "all":
        return see_other(_PATHS[straight.kind] + straight.key)
    values = _values(rooms, asker, asked, straight, wording_for(request, asker))
    here = "customers" if within == "customers" else "search"
    response = page(request, asker, "found.html" if partial else "search.html", here=here, **values)
    if partial:
        response.headers["HX-Push-Url"] = _href(asked)
    return response


def _values(rooms: Rooms, asker: Asker, asked: Question, straight: Jump | None, t: Wording) -> dict[str, Any]:
    found = finding.find(rooms, asker.access, asked)
    looking.note_search(rooms, asker, asked.q)
    narrowed = asked.narrows_documents or bool(asked.branches)
    nothing = not found.customers.hits and not found.documents.hits
    return {
        "asked": asked,
        "found": found,
        "customers": [_customer_row(hit) for hit in found.customers.hits],
        "documents": [_document_row(hit) for hit in found.documents.hits],
        "kept": _kept(asked),
        "narrowed": narrowed,
        "empty": nothing and not asked.q and not narrowed and not _anything(rooms, asker),
        "nothing": nothing and not straight,
        "tabs": _tabs(found, asked),
        "facets": _facets(found, asked, t) if asked.where != "customers" else [],
        "jump": _PATHS[straight.kind] + straight.key if straight else "",
        "tried": _tried(found) if asked.q else 0,
        "hit_query": address("", {"q": asked.q}),
        "more_customers": _more_customers(found, asked),
        "next": _next(found, asked),
    }


def _tried(found: Found) -> int:
    """How hard the index had to try for the best of what is shown."""
    return min((kind.effort for kind in (found.customers, found.documents) if kind.hits), default=0)


def _anything(rooms: Rooms, asker: Asker) -> bool:
    return rooms.customers_index.count(IndexQuery(facets=False, highlights=False), asker.access) > 0


def _more_customers(found: Found, asked: Question) -> str:
    many = found.customers.total > len(found.customers.hits)
    return _href(replace(asked, where="customers")) if many and asked.where == "all" else ""


def _next(found: Found, asked: Question) -> str:
    token = found.customers.next if asked.where == "customers" else found.documents.next
    return (
        _href(replace(asked, where=asked.where if asked.where != "all" else "documents"), after=token) if token else ""
    )


def _href(asked: Question, after: str | None = None) -> str:
    query = {"q": asked.q, "in": asked.where if asked.where != "all" else "", **dict(_several(asked)), "after": after}
    return address("/", query)


def _several(asked: Question) -> list[tuple[str, tuple[Any, ...]]]:
    return [
        ("type", asked.types),
        ("branch", asked.branches),
        ("channel", asked.channels),
        ("state", asked.states),
        ("year", asked.years),
    ]


def _kept(asked: Question) -> list[tuple[str, Any]]:
    """What the form sends along beside the words."""
    within = [("in", asked.where)] if asked.where != "all" else []
    return within + [(name, value) for name, values in _several(asked) for value in values]


def _tabs(found: Found, asked: Question) -> list[tuple[Where, int | None, str]]:
    counts = {"all": None, "customers": found.customers.total, "documents": found.documents.total}
    told = {where: counts[where] if asked.q and asked.where in ("all", where) else None for where in counts}
    return [(where, told[where], _href(replace(asked, where=where))) for where in ("all", "customers", "documents")]


def _facets(found: Found, asked: Question, t: Wording) -> list[Facet]:
    chosen = dict(_several(asked))
    facets = []
    for name in FACETS:
        counted = list(found.documents.facets.get(name, ()))[:_MOST_VALUES]
        known = {value for value, _count in counted}
        counted += [(str(value), 0) for value in chosen[name] if str(value) not in known]
        values = [_facet_value(asked, t, name, value, count) for value, count in counted if value]
        if values:
            facets.append(Facet(name, values))
    return facets


_FIELD_OF = {"type": "types", "branch": "branches", "channel": "channels", "state": "states", "year": "years"}


def _facet_value(asked: Question, t: Wording, name: str, value: str, count: int) -> FacetValue:
    own = getattr(asked, _FIELD_OF[name])
    typed = int(value) if name == "year" else value
    chosen = typed in own
    wanted = tuple(one for one in own if one != typed) if chosen else (*own, typed)
    href = _href(replace(asked, **{_FIELD_OF[name]: wanted}))  # type: ignore[arg-type]
    return FacetValue(_label(t, name, value), count, href, chosen)


def _label(t: Wording, name: str, value: str) -> str:
    if name == "type":
        return t.type_name(value)
    return value if name in ("branch", "year") else t.word(name, value)


def _cut(highlights: Sequence[Highlight], field: str, text: str) -> Pieces:
    """A field's text with its hits marked, where the highlight is of this very text."""
    for one in highlights:
        if one.field == field and one.text == text:
            return pieces(one.text, one.spans)
    return [(text, False)]


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer found, with its hits marked."""

    hit: FoundCustomer
    name: Pieces
    address: Pieces
    others: Sequence[tuple[str, Pieces]]


def _customer_row(hit: FoundCustomer) -> CustomerRow:
    shown = {hit.name, hit.address, *hit.accounts[:3], *hit.phones[:1]}
    others = [(one.field, pieces(one.text, one.spans)) for one in hit.highlights if one.text not in shown]
    name, where = _cut(hit.highlights, "name", hit.name), _cut(hit.highlights, "address", hit.address)
    return CustomerRow(hit, name, where, others[:_MOST_SENTENCES])


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document found, with the sentences that answer the question."""

    hit: FoundDocument
    sentences: Sequence[Pieces]


def _document_row(hit: FoundDocument) -> DocumentRow:
    found = [pieces(one.text, one.spans) for one in hit.highlights if one.field == "text"]
    return DocumentRow(hit, found[:_MOST_SENTENCES])
