"""An address on the customer's form: as one line, or typed in parts. What was given is kept: the line, or the parts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.pages.forms import Form, proven_form
from api.pages.rendering import page
from api.signing_in import Asker, who_asks
from archive.directory_file import ADDRESS_PARTS
from archive.hand_record import EDITABLE
from dedup.address_parts import address_parts_of

router = APIRouter(include_in_schema=False)
AS, WERE, OF = "address_as", "parts_were", "parts_of"
"""What the form sends beside the columns: whether the line or the parts are meant, the parts as they were shown, and the line
of which they were."""
FIELDS = (*ADDRESS_PARTS, AS, WERE, OF)
_FROM_LARGE = ("postcode", "region", "district", "settlement", "street", "house", "building", "flat", "country")
_FROM_SMALL = ("flat", "building", "house", "street", "settlement", "district", "region", "postcode", "country")
ORDERS = {"ru": _FROM_LARGE, "en": _FROM_SMALL}
"""By language, the order in which people say the parts."""


def shown(cells: Mapping[str, str], parts: Mapping[str, str] | None = None) -> dict[str, str]:
    """What stands in the form, with the parts of its address beside it: those given, else as they are read."""
    if WERE in cells:
        return dict(cells)
    line = cells.get("address", "")
    told = address_parts_of(line).told if parts is None else parts
    return {**cells, AS: cells.get(AS, "line"), WERE: json.dumps(dict(told), ensure_ascii=False), OF: line, **told}


def said(cells: Mapping[str, str]) -> dict[str, str]:
    """What of the form is said of a customer: the line, or the parts in its place; parts that nobody touched say nothing."""
    columns = {name: cell for name, cell in cells.items() if name in EDITABLE}
    parts = {name: cells.get(name, "").strip() for name in ADDRESS_PARTS}
    if cells.get(AS) != "parts" or _told(parts) == _as_they_were(cells):
        return columns
    return columns | {"address": ""} | parts


@router.post("/customers/address-parts")
def read_parts(
    request: Request,
    asker: Annotated[Asker, Depends(who_asks)],
    form: Annotated[Form, Depends(proven_form)],
) -> Response:
    """The fields of the parts, filled with what is read out of another line: a piece of the form. Parts that were typed stay."""
    line = form.get("address", "")
    if line == form.get(OF) or _told(form) != _as_they_were(form):
        return Response(status_code=204)
    return page(request, asker, "address_parts.html", cells=shown({"address": line}), orders=ORDERS)


def _told(cells: Mapping[str, str]) -> dict[str, str]:
    return {name: cell for name in ADDRESS_PARTS if (cell := cells.get(name, "").strip())}


def _as_they_were(cells: Mapping[str, str]) -> dict[str, str]:
    try:
        were = json.loads(cells.get(WERE) or "{}")
    except ValueError:
        return {}
    return {name: str(cell) for name, cell in were.items()} if isinstance(were, dict) else {}
