"""What the JSON routes answer, for the OpenAPI description: the routes write these shapes without building them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from typing_extensions import TypedDict

from archive.holds import Held
from archive.showing.letters import Part, Place, SameLetter
from archive.showing.state import Queue


class Agreed(TypedDict):
    """One field that agrees, or speaks against it (`weight` below 0, in bits), and the same in words."""

    field: str
    weight: float
    told: str


class Finding(TypedDict):
    """Whom the guard of the directory knows. `id`: to be sent back as acknowledged; `name`: what it is called; `relation`: same or relative;
    `severity`: refused or warned; `strong_key`: the column of a value that one customer only may hold, where it is one;
    `may_be_the_same`: a relative of the same name, whom nothing known tells from the very person."""

    id: str
    customer_id: int
    name: str
    relation: str
    may_be_the_same: bool
    severity: str
    strong_key: str
    probability: float
    agreed: Sequence[Agreed]


class Problem(TypedDict, total=False):
    """RFC 9457 problem details. `code` is stable; `reason` says more where a reader refused the file, `findings` where the
    guard of the directory refuses or warns."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    reason: str
    findings: Sequence[Finding]


class Session(TypedDict):
    """A session begun: send the token as `Authorization: Bearer`. It is shown this once."""

    token: str
    expires_in_s: int


class CustomerName(TypedDict):
    """A customer by number and name."""

    id: int
    name: str


class Page(TypedDict):
    """One page of a letter. `source`: text_layer, ocr, markup, or '' while it is not read."""

    number: int
    part: str
    source: str
    confidence: float
    has_picture: bool


class Document(TypedDict):
    """A document. `decision` holds what was proposed for type and customer, with evidence, runner-up and margin."""

    id: int
    version: int
    state: str
    reason: str
    explanation: str
    registration_number: str | None
    receipt_number: str
    file_name: str
    media_type: str
    size_bytes: int
    branch: str
    channel: str
    received_on: str
    letter_date: str | None
    answer_channel: str
    mark: str
    document_type: str
    type_confidence: float
    customer: CustomerName | None
    customer_confidence: float
    decision: Mapping[str, Any]
    fields: Mapping[str, str]
    facts: Mapping[str, str]
    suspicion: str
    pages: Sequence[Page]
    parts: Sequence[Part]
    places: Sequence[Place]
    same: Sequence[SameLetter]
    duplicate_of: int | None
    hold: Held | None


class TextPage(TypedDict):
    """What one page says."""

    number: int
    text: str


class Text(TypedDict):
    """What a letter says, page by page."""

    id: int
    pages: Sequence[TextPage]


class Decided(TypedDict):
    """A decision taken: the letter's new version and state, and how many waiting letters look as it did before."""

    document: int
    version: int
    state: str
    case: str | None
    looking_the_same: int


class DecidedOfNew(Decided):
    """A decision taken that made the letter's sender a customer."""

    customer_id: int


class DecidedAlike(TypedDict):
    """A decision taken on many: each letter done, and the ids of those left since somebody else was first."""

    done: Sequence[Decided]
    left: Sequence[int]


class RescanSlip(TypedDict):
    """What lies on a letter on its way back to the scanner. `code` is the text of its code; `page` None for all pages."""

    code: str
    receipt_number: str
    registration_number: str
    file_name: str
    sheets: Sequence[int]
    page: int | None
    why: str
    asked_by: str


class Readiness(TypedDict):
    """Whether all can work now: `ready` or `away`, and which engine answers."""

    status: str
    engines: Mapping[str, bool]


class EngineState(TypedDict):
    """What became of asking one engine; `about` says what it is and where, `words` what is wrong: both to those who
    keep the archive."""

    name: str
    kind: str
    about: str
    well: bool
    seconds: float
    words: str


class Health(TypedDict):
    """Whether the archive can be trusted now.

    `undated`: originals that still bear no end of their retention, though they are kept for `retain_years`; counted to 1000.
    """

    engines: Sequence[EngineState]
    queue: Sequence[Queue]
    retain_years: int
    undated: int
    ocr_pages: int
    ocr_page_seconds: float | None
    catalogue: str
    objects: str
    index_waiting: int
    index_waiting_since: str | None
    jobs_waiting: int
    jobs_taken: int
    jobs_dead: int
    review_waiting: int
    review_oldest: str | None
    free_bytes: int
    total_bytes: int
    journal_unsealed: int
    last_block: str | None
    last_verify: str | None
    last_backup: str | None
    arrivals: int
    customers: int


PROBLEMS: dict[int | str, dict[str, Any]] = {
    401: {"model": Problem, "description": "Nobody is signed in."},
    403: {"model": Problem, "description": "Known, and not allowed."},
    404: {"model": Problem, "description": "No such thing, or none that you may see."},
    422: {"model": Problem, "description": "The request is not usable as it is."},
    503: {"model": Problem, "description": "An engine is away; try again."},
}
"""The problems that every route may answer with."""
