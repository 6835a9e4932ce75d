"""One frozen type a stage: what a letter is known to be after each step.

    Received → Preserved → Opened (1…n Letter) → ReadLetter → Recognised → Compared → Outcome

A step takes one of these and answers the next, so two steps swapped do not type-check.
Boxes are fractions (0…1) of the upright page's width and height, origin top left, so they hold for any
rendition's resolution. Pages count from 1. Confidences are 0…1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from archive.sentences import Sentence, Told

if TYPE_CHECKING:
    # The parsers' cell knows these types too, and has no business with the catalogue that this would load.
    from archive.documents import NewLetter

Channel = Literal["post", "email", "form", "upload"]
PartRole = Literal["letter", "body", "enclosure"]


class OutcomeKind(StrEnum):
    """How a letter ends."""

    FILED = "filed"
    REVIEW = "review"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the upright page, as fractions of its width and height."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class Word:
    """One word as read. `start` is its offset in `PageReading.text`; `box` is None where there is no page picture."""

    text: str
    start: int
    box: Box | None
    confidence: float


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table of a born-digital page: its cells' texts, row by row, '' for empty cells and those joined to another."""

    box: Box
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class PageReading:
    """What one page says and how we know.

    `source`: `text_layer` (born digital, judged good), `ocr`, or `markup` (no page at all: text, HTML, mail).
    `turned_deg`: by how much the stored page had to be turned clockwise to stand upright (0, 90, 180, 270).
    `doubt`: a stable word when the page was not read well (`lines_missed`, `low_confidence`), else None.
    `tables`: of born-digital pages only; their words are in `text` too.
    """

    number: int
    text: str
    words: tuple[Word, ...]
    source: Literal["text_layer", "ocr", "markup"]
    confidence: float
    turned_deg: int = 0
    skew_deg: float = 0.0
    doubt: str | None = None
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class Received:
    """An arrival that is durable: its bytes are in the object store and its row and job in the catalogue."""

    arrival_id: int
    receipt_number: str
    channel: Channel
    branch: str
    name: str
    digest: str
    size_bytes: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Preserved:
    """An arrival whose original has been proven against its digest."""

    received: Received


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a letter: the whole of a scan, or a mail's body and each of its enclosures."""

    role: PartRole
    name: str
    media_type: str
    digest: str
    size_bytes: int
    substantive: bool = True
    """False for what never makes two letters the same: logos, signatures, blank forms."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter cut out of an arrival. Pages are None where the arrival has none (mail, forms, text)."""

    document_id: int
    arrival_id: int
    ordinal: int
    page_from: int | None
    page_to: int | None
    parts: tuple[Part, ...]
    suspicion: str | None = None
    """Why a person must look at it whatever it says: a stable word, a colon, and the explanation as stored. None for most."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What the channel itself says: sender address, form fields, Message-ID, letter date."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An arrival cut into letters, with every page accounted for; the letters' bytes are in the object store.

    `refusal` is why no letter could be cut out of it (reason, explanation); then there are no letters.
    """

    preserved: Preserved
    letters: tuple[NewLetter, ...]
    pages: int
    separators: tuple[int, ...]
    blanks: tuple[int, ...]
    refusal: tuple[str, Told] | None = None
    media_type: str = ""
    readings: Mapping[int, PageReading] = field(default_factory=dict)
    """Pages that had to be read to tell where letters begin, by their number in the arrival: not to be read twice."""


@dataclass(frozen=True, slots=True)
class ReadLetter:
    """A letter with what it says, page by page over all its parts in order."""

    letter: Letter
    pages: tuple[PageReading, ...]

    @property
    def text(self) -> str:
        """The whole text, pages parted by a form feed."""
        return "\f".join(page.text for page in self.pages)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One datum found on a page, and how much it says.

    `weight_bits`: log2 of the likelihood ratio it adds for this customer or type; negative speaks against.
    `words`: what a clerk reads, e.g. "account 3214852710 is theirs".
    """

    datum: str
    value: str
    words: Sentence
    weight_bits: float
    page: int | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class TypeDecision:
    """What kind of letter it is. `document_type` is the proposal even where `certain` is False."""

    document_type: str
    confidence: float
    runner_up: str | None
    margin: float
    certain: bool
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class CustomerDecision:
    """Whose letter it is. `customer_id` is None where nobody can be named; `certain` only where it may be filed unseen.

    `reason`: a stable word when not certain: `nobody_known`, `two_are_close`, `name_only`, `data_contradict`,
    `number_unreadable`. `ground` says on what it rests: `account`, `contract`, `meter`, `point_of_delivery`,
    `tax_id`, `phone`, `email`, `name_address`.
    """

    customer_id: int | None
    confidence: float
    certain: bool
    reason: str | None
    ground: str | None
    account: str | None
    runner_up_id: int | None
    margin_bits: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Recognised:
    """A read letter with its type, its customer, and the facts found in it."""

    read: ReadLetter
    type: TypeDecision
    customer: CustomerDecision
    case_numbers: tuple[str, ...]
    letter_date: date | None
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Compared:
    """A recognised letter compared with what we hold. `repeats` is the document it repeats."""

    recognised: Recognised
    repeats: int | None
    how: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a letter ended, with a reason that a clerk understands."""

    document_id: int
    kind: OutcomeKind
    reason: str
    explanation: Told
    customer_id: int | None = None
    case_number: str | None = None
    folder: str | None = None
    registration_number: str | None = None
    duplicate_of: int | None = None
