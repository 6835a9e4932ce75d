"""Small documents, customers and askers for the contract suites of the two indexes."""

from __future__ import annotations

from datetime import date
from typing import Any

from archive.access import Access, Role, system
from search.ports import IndexedCustomer, IndexedDocument

EVERYBODY = system("test")
CLERK = Access("clerk", frozenset({Role.CLERK}), frozenset({"north"}))
STAFF = Access("staff", frozenset({Role.STAFF}), frozenset({"north"}))
NOBODY = Access("nobody", frozenset({Role.STAFF}), frozenset())


def document(number: int, text: str, **changes: Any) -> IndexedDocument:
    """A filed claim that came by post to the branch north."""
    values: dict[str, Any] = {
        "id": number,
        "version": 1,
        "text": text,
        "branch": "north",
        "received_on": date(2024, 5, 17),
        "document_type": "claim",
        "channel": "post",
        "state": "filed",
    }
    return IndexedDocument(**(values | changes))


def customer(number: int, name: str, **changes: Any) -> IndexedCustomer:
    """A person of the branch north."""
    return IndexedCustomer(**({"id": number, "version": 1, "names": (name,), "branch": "north"} | changes))
