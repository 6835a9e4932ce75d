"""A document's card as the JSON route and the pages tell it, with what the asker may not see taken out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.reading_pages import LetterPage
from archive.access import SENSITIVE_FIELDS, Access, masked
from archive.sentences import STABLE_WORDS, from_row, in_english, restored
from archive.showing.letters import Card

_COLUMNS = (
    "id",
    "version",
    "state",
    "reason",
    "registration_number",
    "media_type",
    "branch",
    "channel",
    "received_on",
    "letter_date",
    "answer_channel",
    "mark",
    "document_type",
    "type_confidence",
    "customer_confidence",
)
_DECISIONS = ("type", "customer")
"""Of what the pipeline noted, only these: other notes may name what another branch holds."""


def as_answer(card: Card, pages: Sequence[LetterPage], access: Access) -> dict[str, Any]:
    """The card in the shape of `api.http.shapes.Document`."""
    row = card.row
    return {name: getattr(row, name) for name in _COLUMNS} | {
        "explanation": in_english(card.explanation),
        "suspicion": suspicion_in_english(row.suspicion),
        "receipt_number": card.receipt_number,
        "file_name": card.file_name,
        "size_bytes": card.size_bytes,
        "customer": {"id": card.customer_id, "name": card.customer_name} if card.customer_id else None,
        "decision": decision_in_english(decision_shown(card.decision, access)),
        "fields": fields_shown(card.fields, access),
        "facts": dict(card.facts),
        "pages": [_page(page) for page in pages],
        "parts": list(card.parts),
        "places": list(card.places),
        "same": list(card.same),
        "duplicate_of": card.duplicate_of,
        "hold": card.hold,
    }


def _page(page: LetterPage) -> dict[str, Any]:
    reading = page.reading
    return {
        "number": page.number,
        "part": page.part_name,
        "source": reading.source if reading else "",
        "confidence": reading.confidence if reading else 0.0,
        "has_picture": page.has_picture,
    }


def fields_shown(fields: Mapping[str, str], access: Access) -> dict[str, str]:
    """The data found in the letter, sensitive ones masked by role."""
    if access.sees_sensitive:
        return dict(fields)
    return {name: masked(value) if name in SENSITIVE_FIELDS else value for name, value in fields.items()}


def decision_shown(decision: Mapping[str, Any], access: Access) -> dict[str, Any]:
    """What was proposed for type and customer; sensitive data in the evidence masked by role."""
    shown = {name: decision[name] for name in _DECISIONS if isinstance(decision.get(name), Mapping)}
    if access.sees_sensitive:
        return shown
    return {name: _masked_decision(told) for name, told in shown.items()}


def _masked_decision(told: Mapping[str, Any]) -> dict[str, Any]:
    return dict(told) | {"evidence": [_masked_evidence(one) for one in told.get("evidence", ())]}


def _masked_evidence(one: Mapping[str, Any]) -> dict[str, Any]:
    value = str(one.get("value", ""))
    if one.get("datum") not in SENSITIVE_FIELDS or not value:
        return dict(one)
    return dict(one) | {"value": masked(value), "words": _masked_words(one["words"])}


def _masked_words(words: Mapping[str, Any]) -> dict[str, Any]:
    """The sentence without its sensitive values: all that was written or is held stands in one of its places."""
    shown = [[name, value if name in STABLE_WORDS else masked(str(value))] for name, value in words["values"]]
    return dict(words) | {"values": shown}


def suspicion_in_english(suspicion: str) -> str:
    """Why a letter must be looked at whatever it says: the stable word and the explanation."""
    reason, _, why = suspicion.partition(": ")
    return f"{reason}: {in_english(restored(why))}" if why else reason


def decision_in_english(decision: Mapping[str, Any]) -> dict[str, Any]:
    """A decision as it is stored, with the words of its evidence as text."""
    shown = dict(decision)
    for name in _DECISIONS:
        if told := shown.get(name):
            shown[name] = dict(told) | {"evidence": [_in_words(one) for one in told["evidence"]]}
    return shown


def _in_words(evidence: Mapping[str, Any]) -> dict[str, Any]:
    return dict(evidence) | {"words": str(from_row(evidence["words"]))}
