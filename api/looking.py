"""Notes who was shown what: one call in each route, page and command that shows a customer, a letter or an original."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.showing import cases

if TYPE_CHECKING:
    from api.http.rooms import Rooms
    from api.signing_in import Asker

LETTERS = "letters:list"
"""The subject of a list of letters, whoever they are from."""


def note(rooms: Rooms, asker: Asker, action: str, *subjects: str) -> None:
    """Note what the asker is about to be shown. Raises: EngineAway where that can not be noted: then it is not shown."""
    rooms.looks.note(asker.employee.login, action, *subjects, why=asker.why)


def note_search(rooms: Rooms, asker: Asker, words: str) -> None:
    """Note what the asker looked for; a search without words shows no customer."""
    if words.strip():
        note(rooms, asker, "search", f"search:{words.strip()}")


def customer(customer_id: int) -> str:
    """A customer as a subject."""
    return f"customer:{customer_id}"


def document(document_id: int) -> str:
    """A letter as a subject."""
    return f"document:{document_id}"


def arrival(receipt_number: str) -> str:
    """An arrival as a subject."""
    return f"arrival:{receipt_number}"


def case(card: cases.Card) -> list[str]:
    """A case and everybody in it, as subjects."""
    known = (card.customer_id, *(party.customer_id for party in card.parties))
    return [f"case:{card.number}", *(customer(one) for one in dict.fromkeys(known) if one)]
