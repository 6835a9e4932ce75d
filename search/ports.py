"""What search asks of an index engine: two indexes, derived from the catalogue, asked with an `Access`.

Rules that every adapter keeps (one contract suite in `tests/contracts/` runs on all of them):

- Nothing put or deleted is seen before `commit`; after it, every reader in every process sees it.
- A version older than the one held loses, silently; deleted stays deleted against every version up to the
  deletion's own.
- `Access` lies inside the query: what the asker may not see is in no hit, total, facet, suggestion, highlight.
- Highlights are places in plain text, never markup: escaping is the page's job.
- An engine that does not answer raises `EngineAway`; it never answers "nothing found" instead.
- An index that is not known to be whole, or is not of this archive, raises `NotBuilt`: only `fresh` makes one out of a
  record that holds anything.
- One process writes at a time: another that tries gets `AnotherWrites` until `release`. Reading is always possible.
  An engine may keep that by a lock or by a lease that runs out; either way two that write do no harm but double work.
- What the engine refuses, whatever is tried, is not in the index in any version, and `commit` tells it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, Literal, Protocol, TypeVar

from archive.access import Access
from archive.errors import EngineAway
from archive.sentences import Sentence
from search.asking import Effort


class AnotherWrites(EngineAway):
    """Another process, or another index object of this one, holds the index's write lock; it will let go."""


class NotBuilt(EngineAway):
    """There is no whole index of this archive. `heals`: whether the feeder may make it anew without being asked to,
    which it may not where that would destroy what is another's."""

    def __init__(self, message: str | Sentence, heals: bool = True) -> None:
        super().__init__(message)
        self.heals = heals


@dataclass(frozen=True, slots=True)
class Origin:
    """The record that an index is made from: its mark, which the index bears too, and whether it holds nothing yet, so
    that an empty index is a whole one."""

    identity: Callable[[], str]
    is_empty: Callable[[], bool]


ANY_ORIGIN = Origin(lambda: "", lambda: True)
"""No record in particular: whatever is there is taken as it is, and an index is made where there is none."""


def why_not(there: tuple[int, str], ours: tuple[int, str], name: str) -> NotBuilt | None:
    """Why an index with this layout and mark is none of ours; None where it is."""
    (layout, identity), (our_layout, our_identity) = there, ours
    if layout > our_layout:
        return NotBuilt(f"the index {name} was made by a later version: run that, or `dossier reindex`", heals=False)
    if our_identity and identity not in ("", our_identity):
        told = (
            "belongs to another archive: give this one an address of its own, or run `dossier reindex` to take it over"
        )
        return NotBuilt(f"the index {name} {told}", heals=False)
    if layout < our_layout or (our_identity and not identity):
        return NotBuilt(f"the index {name} was made by an earlier version: it is made anew, or run `dossier reindex`")
    return None


def none_there(name: str) -> NotBuilt:
    """What is said where there is no index, and the record is not empty."""
    return NotBuilt(f"the index {name} is not there or was wiped: it is made anew, or run `dossier reindex`")


Order = Literal["best", "newest"]
FACETS = ("type", "branch", "channel", "year", "state")


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """A document as the index knows it: stable attributes only, no customer's name, no list of users.

    `text` is the whole text; in a hit it is empty. `numbers` are further identifiers that find it.
    """

    id: int
    version: int
    branch: str
    received_on: date
    text: str = ""
    title: str = ""
    document_type: str = ""
    mark: str = ""
    channel: str = ""
    state: str = ""
    customer_id: int | None = None
    case_number: str = ""
    registration_number: str = ""
    receipt_number: str = ""
    file_name: str = ""
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IndexedCustomer:
    """A customer as the index knows it. `names` has the name to show first, then former and other spellings.

    `phones` and identifiers are as written; `tax_ids` and `birth_date` find it only for those who may see them.
    """

    id: int
    version: int
    names: tuple[str, ...]
    kind: str = "person"
    branch: str = ""
    birth_date: date | None = None
    addresses: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    contracts: tuple[str, ...] = ()
    meters: tuple[str, ...] = ()
    points_of_delivery: tuple[str, ...] = ()
    tax_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gone:
    """A deletion: `version` is the version at which the thing was seen gone, or the newest it had."""

    id: int
    version: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A thing that the engine would not take in this version, and its reason, for a person to read."""

    id: int
    version: int
    reason: str


@dataclass(frozen=True, slots=True)
class Query:
    """A question. `text` is as typed, and may hold field words (`type:invoice`) which narrow like the fields here.

    Empty sets do not narrow. `order` "newest" is by day of receipt; without words it is always that. `after` is the
    `next` of the page before. `as_you_type`: the last word may be unfinished. `most`: how hard to try where nothing is
    found; each step beyond `BEGINNINGS` costs several times the one before. `least`: where to begin, for an asker who
    knows that less finds nothing.
    """

    text: str = ""
    types: frozenset[str] = frozenset()
    branches: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()
    kinds: frozenset[str] = frozenset()
    customer_id: int | None = None
    case_number: str = ""
    since: date | None = None
    until: date | None = None
    order: Order = "best"
    limit: int = 20
    after: str | None = None
    as_you_type: bool = False
    least: Effort = Effort.AS_TYPED
    most: Effort = Effort.MOST_WORDS
    facets: bool = True
    highlights: bool = True


@dataclass(frozen=True, slots=True)
class Highlight:
    """A piece of plain text with the places (start, end) in it, in characters, that answer the question.

    `field` says what it is a piece of: text, title, name, address, email, account, phone, ….
    """

    field: str
    text: str
    spans: tuple[tuple[int, int], ...]


Thing = TypeVar("Thing", bound=IndexedDocument | IndexedCustomer)


@dataclass(frozen=True, slots=True)
class Hit(Generic[Thing]):
    """One thing found. `score` compares hits of one answer only."""

    thing: Thing
    score: float
    highlights: tuple[Highlight, ...] = ()


@dataclass(frozen=True, slots=True)
class Hits(Generic[Thing]):
    """An answer: `total` found in all, one page of hits, counts by facet, and where the next page starts.

    `effort` says how hard the index had to try: beyond `AS_TYPED` the page should say so.
    """

    total: int
    hits: tuple[Hit[Thing], ...]
    facets: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    next: str | None = None
    effort: Effort = Effort.AS_TYPED


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A completion of what is typed, and in how many things that the asker may see it is found."""

    text: str
    count: int


Put = TypeVar("Put", bound=IndexedDocument | IndexedCustomer, contravariant=True)


class Writing(Protocol[Put]):
    """What the feeder does to an index."""

    def put_many(self, things: Iterable[Put]) -> int:
        """Put or replace; answers how many were newer than what was held. Safe to repeat.

        Raises AnotherWrites where another process writes.
        """
        ...

    def delete_many(self, gone: Iterable[Gone]) -> int:
        """Delete, leaving a tombstone; answers how many were held in a version not newer. Safe to repeat."""
        ...

    def commit(self, sequence: int = 0) -> tuple[Refused, ...]:
        """Make durable and visible what was put and deleted since; answers what the engine refused of it.

        `sequence` marks how far the feed was read.
        """
        ...

    def release(self) -> None:
        """Commit nothing more and let another process write. Safe to repeat."""
        ...


Found = TypeVar("Found", bound=IndexedDocument | IndexedCustomer)


class SearchIndex(Writing[Found], Protocol[Found]):
    """One index: written by the feeder, read by everyone."""

    @property
    def waits(self) -> bool:
        """Whether asking it is waiting for a server, so that two questions are best asked side by side."""
        ...

    def hold(self) -> None:
        """Take the right to write, or keep it, until `release`. What is put should be read from the record after this.

        Raises AnotherWrites where another process writes.
        """
        ...

    def description(self) -> str:
        """The engine, its version and where it is, without secrets. Raises EngineAway."""
        ...

    def search(self, query: Query, access: Access) -> Hits[Found]:
        """One page of answers. Raises BadInput for an `after` that it did not give, or one too deep."""
        ...

    def suggest(self, beginning: str, access: Access, limit: int = 8) -> tuple[Suggestion, ...]:
        """Completions of the last word typed, given the words before it; most frequent first."""
        ...

    def count(self, query: Query, access: Access) -> int:
        """How many things answer the question; with an empty one, how many the asker may see."""
        ...

    def last_sequence(self) -> int:
        """The highest `sequence` committed, 0 for a fresh index."""
        ...

    def fresh(self) -> AbstractContextManager[Writing[Found]]:
        """A new, empty index to fill; it takes the place of this one, at once for all readers, when the block ends.

        Readers go on with the old one until then, and for good if the block raises. Holds the write lock throughout:
        changes that come meanwhile are put into both. Raises AnotherWrites where another process writes.
        """
        ...


DocumentIndex = SearchIndex[IndexedDocument]
"""Visible by branch and mark. Suggestions are words; facets are `FACETS`."""

CustomerIndex = SearchIndex[IndexedCustomer]
"""Visible company-wide, sensitive data by role. Suggestions are names; facets are branch and kind."""
