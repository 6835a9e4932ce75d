"""Documents: card, text, page pictures, and the original as an attachment."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from api import looking
from api.document_answer import as_answer
from api.http.answering import By, Here, answer, etag
from api.http.rooms import Rooms
from api.http.shapes import PROBLEMS, Document, Text
from api.reading_pages import page_of, pages_of
from api.signing_in import Asker
from archive.errors import NotFound
from archive.sentences import say
from archive.showing import letters

router = APIRouter(prefix="/api/documents", tags=["documents"], responses=PROBLEMS)
_CHUNK_BYTES = 1 << 18
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f-\x9f"\\/:*?<>|;]')
# Seen again within the hour (back, next, undo) without asking; taken out of the browser at sign-out.
_KEEP_PICTURE = "private, max-age=3600"


@router.get("/{document_id}", response_model=Document)
def show(document_id: int, rooms: Here, asker: By) -> Response:
    """A document with its proposal, evidence, places and same letters. The version is the entity tag."""
    card = _looked_at(rooms, asker, document_id, "read")
    body = as_answer(card, pages_of(rooms.objects, card), asker.access)
    return answer(body, headers={"ETag": etag(card.row.version)})


@router.get("/{document_id}/text", response_model=Text)
def text(document_id: int, rooms: Here, asker: By) -> Response:
    """What the letter says, page by page."""
    card = _looked_at(rooms, asker, document_id, "text")
    pages = [{"number": page.number, "text": page.text} for page in pages_of(rooms.objects, card)]
    return answer({"id": document_id, "pages": pages})


@router.get("/{document_id}/history", response_model=list[letters.Happening])
def history(document_id: int, rooms: Here, asker: By) -> Response:
    """What happened to the document, newest first."""
    with rooms.catalogue.reading() as connection:
        happenings = letters.history(connection, asker.access, document_id)
    looking.note(rooms, asker, "history", looking.document(document_id))
    return answer(happenings)


@router.get("/{document_id}/pages/{number}.png", response_class=Response)
def picture(request: Request, document_id: int, number: int, rooms: Here, asker: By) -> Response:
    """The picture of one page (from 1), upright, as PNG drawn by us."""
    card = _looked_at(rooms, asker, document_id, "picture")
    page = page_of(pages_of(rooms.objects, card), number)
    if not page.has_picture:
        raise NotFound(
            say("page {page} has no picture: {kind} is text without pages", page=number, kind=page.media_type)
        )
    turned_deg = page.reading.turned_deg if page.reading else 0
    tag = f'"{page.digest[:24]}-{page.page}-{turned_deg}"'
    headers = {"Cache-Control": _KEEP_PICTURE, "ETag": tag, "Vary": "Cookie, Authorization"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    drawn = rooms.draw_page(page.digest, page.media_type, page.page, turned_deg)
    return Response(drawn, headers=headers, media_type="image/png")


@router.get("/{document_id}/original", response_class=Response)
def original(document_id: int, rooms: Here, asker: By) -> Response:
    """The bytes as they came, always as an attachment of no particular type: a stranger's file is no page of ours."""
    card = _looked_at(rooms, asker, document_id, "take")
    headers = {
        "Content-Disposition": attachment(card.row.name or card.file_name),
        "Content-Length": str(card.size_bytes),
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    stream = _chunks(rooms.objects.open(card.row.digest))
    return StreamingResponse(stream, headers=headers, media_type="application/octet-stream")


def _looked_at(rooms: Rooms, asker: Asker, document_id: int, action: str) -> letters.Card:
    """The document as the asker may see it; that they looked is noted. Raises: NotFound."""
    with rooms.catalogue.reading() as connection:
        card = letters.card(connection, asker.access, document_id)
    looking.note(rooms, asker, action, looking.document(document_id))
    return card


def attachment(name: str) -> str:
    """`Content-Disposition` for a stranger's file name. Source: RFC 6266 and RFC 5987 (the encoded form)."""
    safe = _NOT_IN_NAMES.sub("_", unicodedata.normalize("NFC", name)).strip(". ") or "document"
    safe = "".join(character for character in safe if unicodedata.category(character) != "Cf")[-150:]
    plain = safe.encode("ascii", "replace").decode().replace("?", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"


def _chunks(source: BinaryIO) -> Iterator[bytes]:
    with source:
        while chunk := source.read(_CHUNK_BYTES):
            yield chunk
