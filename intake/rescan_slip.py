"""The slip that lies on a letter on its way back to the scanner: which letter, which page, why, and a code.

A slip scanned with the letter is a separator to the intake (`opening/separators.yaml` knows the code's beginning), so it
is never filed as a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import zxingcpp
from sqlalchemy import Connection, select

from archive.access import Access
from archive.errors import NotFound
from archive.schema import document_event
from archive.sentences import say
from archive.showing import letters
from archive.showing.desk import TO_BE_SCANNED_AGAIN
from intake.decision import DECIDED, noted, number_of

PREFIX = "DOSSIER-RESCAN"


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip. `sheets`: first and last page in the arrival, empty where it has none; `page` of the letter, None for all."""

    code: str
    receipt_number: str
    registration_number: str
    file_name: str
    sheets: Sequence[int]
    page: int | None
    why: str
    asked_by: str


def slip_of(connection: Connection, access: Access, document_id: int) -> Slip:
    """The slip of a letter that is to be scanned again. Raises: NotFound where it is not, or may not be seen."""
    card = letters.card(connection, access, document_id)
    row = card.row
    details = noted(connection, row.id, DECIDED, row.version) if row.reason == TO_BE_SCANNED_AGAIN else None
    if details is None:
        raise NotFound(say("letter {number} is not to be scanned again", number=number_of(row)))
    asked_by = connection.execute(
        select(document_event.c.actor).where(
            document_event.c.document_id == row.id,
            document_event.c.kind == DECIDED,
            document_event.c.source_key == str(row.version),
        )
    ).scalar_one()
    return Slip(
        code_of(number_of(row)),
        card.receipt_number,
        number_of(row),
        card.file_name,
        [row.page_from, row.page_to] if row.page_from else [],
        details["what"]["page"],
        details["what"]["why"],
        asked_by,
    )


def code_of(number: str) -> str:
    """The text of a slip's code. It ends in no digit: a batch's separators are counted by theirs."""
    return f"{PREFIX}-{number}."


def drawn(code: str) -> tuple[int, str]:
    """The code as a QR code: modules a side with the quiet zone, and the black ones as an SVG path in such units."""
    barcode = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    black = np.asarray(barcode.to_image(scale=1, add_quiet_zones=True)) < 128
    rows, columns = np.nonzero(black)
    return int(black.shape[0]), "".join(f"M{x} {y}h1v1h-1z" for y, x in zip(rows, columns, strict=True))
