"""What of a thing an index keeps to be shown in a hit."""

from __future__ import annotations

import json
from dataclasses import fields

from search.ports import IndexedCustomer, IndexedDocument


def as_json(thing: IndexedDocument | IndexedCustomer) -> bytes:
    """What is shown in a hit, as it is stored; `document_from` and `customer_from` read it."""
    values = {one.name: getattr(thing, one.name) for one in fields(thing)}
    return json.dumps(values, ensure_ascii=False, default=str).encode()
