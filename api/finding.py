"""One question to both indexes, its hits joined with the names that only the catalogue holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import Connection, Select, bindparam, func, select

from api.http.rooms import Rooms
from archive import outbox
from archive.access import Access
from archive.schema import case, customer, document
from archive.showing import visible
from search.asking import Effort, ask, efforts
from search.ports import Highlight, Hit, Hits, IndexedCustomer, IndexedDocument, NotBuilt, Query
from search.standing import refuse_where_lost

Where = Literal["all", "customers", "documents"]
CUSTOMERS_BESIDE_DOCUMENTS = 5
_BESIDE = ThreadPoolExecutor(40, "customers")
"""Where customers are asked for while documents are; as many as questions may be under way."""


def none_given() -> list[Any]:
    """No value for a filter: not `list`, whose signature the framework would take apart anew at every request."""
    return []


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of search, as an address holds it."""

    q: str = ""
    where: Where = "all"
    types: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    since: date | None = None
    until: date | None = None
    limit: int = 20
    after: str | None = None
    as_you_type: bool = False

    @property
    def narrows_documents(self) -> bool:
        """Whether a filter is set that customers do not have."""
        return bool(self.types or self.channels or self.states or self.years or self.since or self.until)


@dataclass(frozen=True, slots=True)
class FoundCustomer:
    """A customer found. Places (start, end) in each highlight's text are in characters."""

    id: int
    kind: str
    name: str
    branch: str
    address: str
    accounts: Sequence[str]
    phones: Sequence[str]
    highlights: Sequence[Highlight]


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """A document found, with the customer it is tied to."""

    id: int
    registration_number: str
    document_type: str
    branch: str
    channel: str
    state: str
    received_on: str
    customer_id: int | None
    customer_name: str
    case_number: str
    title: str
    highlights: Sequence[Highlight]


@dataclass(frozen=True, slots=True)
class Customers:
    """One page of customers."""

    total: int = 0
    hits: Sequence[FoundCustomer] = ()
    next: str | None = None
    effort: int = 0


@dataclass(frozen=True, slots=True)
class Documents:
    """One page of documents, with the counts of each filter's values."""

    total: int = 0
    hits: Sequence[FoundDocument] = ()
    facets: Mapping[str, Sequence[tuple[str, int]]] = field(default_factory=dict)
    next: str | None = None
    effort: int = 0


@dataclass(frozen=True, slots=True)
class Behind:
    """How far the indexes are behind the record: changes that wait, and since when (UTC text) the oldest does."""

    changes: int = 0
    since: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The answer of both indexes, and how much they do not know yet."""

    customers: Customers = Customers()
    documents: Documents = Documents()
    behind: Behind = Behind()


def find(rooms: Rooms, access: Access, asked: Question) -> Found:
    """Ask what is asked for. Raises: EngineAway, `NotBuilt` rather than "nothing" out of an index that is not whole,
    BadInput for a paging token that was not given."""
    try:
        found = _find(rooms, access, asked)
    except NotBuilt:
        refuse_where_lost(rooms.catalogue)
        raise
    if not found.customers.total and not found.documents.total:
        refuse_where_lost(rooms.catalogue)
    # Asked after the indexes: what was indexed in between is in neither, and that is said rather than left out.
    with rooms.catalogue.reading() as connection:
        return replace(found, behind=Behind(*outbox.lag(connection)))


def _find(rooms: Rooms, access: Access, asked: Question) -> Found:
    query = _query(asked)
    if asked.where != "all" or not asked.q.strip():
        return _ask(rooms, access, asked, query)
    # What one index answers, the other need not guess at any harder: guesses would stand beside the answer.
    found = _ask(rooms, access, asked, replace(query, most=Effort.BEGINNINGS))
    if found.customers.total or found.documents.total:
        return found
    for effort in efforts(ask(asked.q, asked.as_you_type)):
        if effort > Effort.BEGINNINGS:
            found = _ask(rooms, access, asked, replace(query, least=effort, most=effort))
            if found.customers.total or found.documents.total:
                break
    return found


def _ask(rooms: Rooms, access: Access, asked: Question, query: Query) -> Found:
    with_customers = asked.where != "documents" and asked.q.strip() and not asked.narrows_documents
    if asked.where == "customers":
        return Found(find_customers(rooms, access, query, True) if with_customers else Customers())
    if not with_customers:
        return Found(documents=find_documents(rooms, access, query))
    if not rooms.customers_index.waits:
        return Found(find_customers(rooms, access, query, False), find_documents(rooms, access, query))
    ahead = _BESIDE.submit(copy_context().run, find_customers, rooms, access, query, False)
    documents = find_documents(rooms, access, query)
    return Found(ahead.result(), documents)


def _query(asked: Question) -> Query:
    return Query(
        text=asked.q,
        types=frozenset(asked.types),
        branches=frozenset(asked.branches),
        channels=frozenset(asked.channels),
        states=frozenset(asked.states),
        years=frozenset(asked.years),
        since=asked.since,
        until=asked.until,
        limit=asked.limit,
        after=asked.after,
        as_you_type=asked.as_you_type,
    )


def find_customers(rooms: Rooms, access: Access, query: Query, alone: bool) -> Customers:
    """Customers; only the first few where documents stand beside them."""
    wanted = query if alone else replace(query, limit=CUSTOMERS_BESIDE_DOCUMENTS, after=None)
    hits = rooms.customers_index.search(replace(wanted, facets=False), access)
    return Customers(hits.total, [_customer(hit) for hit in hits.hits], hits.next, int(hits.effort))


def _customer(hit: Hit[IndexedCustomer]) -> FoundCustomer:
    one = hit.thing
    return FoundCustomer(
        one.id,
        one.kind,
        one.names[0] if one.names else "",
        one.branch,
        one.addresses[0] if one.addresses else "",
        one.accounts,
        one.phones,
        hit.highlights,
    )


def find_documents(rooms: Rooms, access: Access, query: Query) -> Documents:
    """Documents, each proven against the catalogue: the index may lag behind a mark that was just set."""
    hits = rooms.documents_index.search(query, access)
    with rooms.catalogue.reading() as connection:
        found = _joined(connection, access, hits)
    return Documents(hits.total, found, hits.facets, hits.next, int(hits.effort))


@lru_cache(maxsize=256)
def _hits_now(access: Access) -> Select[Any]:
    """How the hits stand now, and whose they are: one question, put together once for everybody who sees alike."""
    survivor = customer.alias("survivor")
    return (
        select(document.c.id, document.c.state, survivor.c.id.label("customer_id"), survivor.c.display_name)
        .select_from(
            document.outerjoin(customer, customer.c.id == document.c.customer_id).outerjoin(
                survivor, survivor.c.id == func.coalesce(customer.c.survivor_id, customer.c.id)
            )
        )
        .where(document.c.id.in_(bindparam("ids", expanding=True)), visible.documents(access))
    )


@lru_cache(maxsize=256)
def _cases_told(access: Access) -> Select[Any]:
    return select(case.c.number).where(case.c.number.in_(bindparam("numbers", expanding=True)), visible.cases(access))


def _joined(connection: Connection, access: Access, hits: Hits[IndexedDocument]) -> list[FoundDocument]:
    ids = [hit.thing.id for hit in hits.hits]
    if not ids:
        return []
    now = {row.id: row for row in connection.execute(_hits_now(access), {"ids": ids})}
    numbers = [hit.thing.case_number for hit in hits.hits if hit.thing.case_number]
    cases = set(connection.execute(_cases_told(access), {"numbers": numbers}).scalars()) if numbers else set()
    return [_document(hit, now[hit.thing.id], cases) for hit in hits.hits if hit.thing.id in now]


def _document(hit: Hit[IndexedDocument], now: Any, cases: set[str]) -> FoundDocument:
    one = hit.thing
    return FoundDocument(
        one.id,
        one.registration_number,
        one.document_type,
        one.branch,
        one.channel,
        now.state,
        one.received_on.isoformat(),
        now.customer_id,
        now.display_name or "",
        one.case_number if one.case_number in cases else "",
        one.title,
        hit.highlights,
    )
