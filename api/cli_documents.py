"""`dossier text|original|show|find`: what we hold, looked at from the command line."""

from __future__ import annotations

import dataclasses
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from api import looking
from api.cli_context import asker, context, rooms
from api.document_answer import decision_in_english, suspicion_in_english
from api.printing import Printer
from api.wiring import Rooms
from archive import arrivals, customers
from archive.access import Access
from archive.directory_lookup import find_by_identifier
from archive.errors import BadInput
from archive.sentences import in_english
from archive.showing import letters, lists
from intake.readings import load_reading
from search.ports import Highlight, Query
from search.standing import refuse_where_lost


def join(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("text")(text)
    app.command("original")(original)
    app.command("show")(show)
    app.command("find")(find)


Documents = Annotated[list[int], typer.Argument(help="Document numbers.", show_default=False)]
Document = Annotated[int, typer.Argument(help="The document's number.", show_default=False)]


def text(document: Documents) -> None:
    """What a letter says, page by page (pages parted by a form feed)."""
    with rooms() as opened:
        access = asker(opened)
        with opened.catalogue.reading() as connection:
            rows = [letters.seen(connection, access, number) for number in document]
        opened.looks.note(access.actor, "text", *map(looking.document, document), why=context().why)
        for number, row in zip(document, rows, strict=True):
            read = load_reading(opened.objects, row.reading) if row.reading else ()
            whole = "\f".join(page.text for page in read)
            context().printer.row({"document": number, "text": whole}, whole)


def original(
    document: Annotated[str, typer.Argument(help="The document's number, or an arrival's receipt number.")],
    output: Annotated[str, typer.Option("-o", "--output", help="File to write; - for stdout.")],
) -> None:
    """The original, byte for byte as it was received or cut."""
    with rooms() as opened:
        access = asker(opened)
        with opened.catalogue.reading() as connection:
            digest = _digest(connection, access, document)
        subject = looking.document(int(document)) if document.isdigit() else looking.arrival(document)
        opened.looks.note(access.actor, "take", subject, why=context().why)
        if output == "-":
            with opened.objects.open(digest) as source:
                shutil.copyfileobj(source, sys.stdout.buffer)
            return
        target = Path(output)
        if target.is_dir():
            raise BadInput(f"{output} is a folder: name a file to write")
        with opened.objects.open(digest) as source, target.open("wb") as sink:
            shutil.copyfileobj(source, sink)
        context().printer.row({"document": document, "digest": digest, "file": output}, f"{output}: sha-256 {digest}")


def _digest(connection: Connection, access: Access, asked: str) -> str:
    """Which bytes are asked for: a document's, or those of an arrival that gave no letter."""
    if asked.isdigit():
        return str(letters.seen(connection, access, int(asked)).digest)
    came = lists.one_arrival(connection, access, asked)
    return str(arrivals.get(connection, came.id).digest)


def show(document: Document) -> None:
    """All we know of a letter: what it is and whose, with the evidence, where it is filed, what happened to it."""
    with rooms() as opened:
        access = asker(opened)
        with opened.catalogue.reading() as connection:
            card = letters.card(connection, access, document)
        opened.looks.note(access.actor, "read", looking.document(document), why=context().why)
    row = dict(card.row._mapping) | {"facts": card.facts, "fields": card.fields}
    row |= {"decision": decision_in_english(card.decision), "explanation": in_english(card.explanation)}
    row |= {"suspicion": suspicion_in_english(card.row.suspicion)}
    row |= {"customer_name": card.customer_name, "receipt_number": card.receipt_number, "file": card.file_name}
    row |= {"parts": _rows(card.parts), "places": _rows(card.places), "same": _rows(card.same)}
    printer = context().printer
    if printer.as_json:
        printer.row(row)
    else:
        _show_card(printer, card)


def _rows(things: Any) -> list[dict[str, Any]]:
    return [dataclasses.asdict(thing) for thing in things]


def _show_card(printer: Printer, card: letters.Card) -> None:
    row = card.row
    printer.row({}, f"{row.registration_number}  {card.file_name}  {row.media_type}, {card.size_bytes:,} bytes")
    printer.row({}, f"{row.state}: {row.reason} - {in_english(card.explanation)}")
    printer.row({}, f"type: {row.document_type} ({row.type_confidence:.2f})")
    printer.row({}, f"customer: {card.customer_name or 'nobody named'} ({row.customer_confidence:.4f})")
    for place in card.places:
        printer.row({}, f"filed in: {place.folder or place.case_number}, on the ground of {place.ground}")
    for about in ("customer", "type"):
        evidence = decision_in_english(card.decision).get(about, {}).get("evidence", [])
        columns = ("page", "datum", "value", "weight_bits", "words")
        printer.table(f"Evidence for the {about}", columns, evidence)


def find(
    words: Annotated[list[str], typer.Argument(help="What to look for, as in the search box.", show_default=False)],
    in_: Annotated[str, typer.Option("--in", help="customers, documents or all.")] = "all",
    limit: Annotated[int, typer.Option(min=1, max=200, help="Hits of each kind.")] = 10,
) -> None:
    """Search customers and documents."""
    if in_ not in {"customers", "documents", "all"}:
        raise BadInput(f"--in {in_!r} is none of customers, documents, all")
    text_ = " ".join(words)
    with rooms() as opened:
        opened.feed_all()
        access = asker(opened)
        opened.looks.note(access.actor, "search", f"search:{text_}", why=context().why)
        rows = list(_found(opened, access, text_, in_, limit))
        for row in rows:
            context().printer.row(row, f"{row['kind']:9} {row['id']:>7}  {row['title']}\n{'':19}{row['sentence']}")
        if not rows:
            refuse_where_lost(opened.catalogue)


def _found(opened: Rooms, access: Access, text_: str, in_: str, limit: int) -> Iterator[dict[str, Any]]:
    query = Query(text=text_, limit=limit, facets=False)
    if in_ != "documents":
        yield from _found_customers(opened, access, query)
    if in_ != "customers":
        for hit in opened.documents_index.search(query, access).hits:
            thing = hit.thing
            title = f"{thing.registration_number} {thing.document_type} {thing.state} {thing.file_name}"
            yield {
                "kind": "document",
                "id": thing.id,
                "title": title,
                "sentence": _sentence(hit.highlights),
                "score": hit.score,
            }


def _found_customers(opened: Rooms, access: Access, query: Query) -> Iterator[dict[str, Any]]:
    """Customers by an exact identifier first, out of the catalogue; then what the index finds."""
    with opened.catalogue.reading() as connection:
        exact = find_by_identifier(connection, access, query.text)
        names = customers.display_names(connection, [match.customer_id for match in exact])
    for match in exact:
        told = f"{match.kind} {match.value}"
        yield {
            "kind": "customer",
            "id": match.customer_id,
            "title": names[match.customer_id],
            "sentence": told,
            "score": None,
        }
    known = {match.customer_id for match in exact}
    for hit in opened.customers_index.search(query, access).hits:
        if hit.thing.id not in known:
            name = hit.thing.names[0] if hit.thing.names else ""
            sentence = _sentence(hit.highlights)
            yield {"kind": "customer", "id": hit.thing.id, "title": name, "sentence": sentence, "score": hit.score}


def _sentence(highlights: tuple[Highlight, ...]) -> str:
    """The best piece of text that answers, its words in brackets."""
    if not highlights:
        return ""
    piece, at, told = highlights[0], 0, ""
    for start, end in piece.spans:
        told += f"{piece.text[at:start]}[{piece.text[start:end]}]"
        at = end
    return " ".join((told + piece.text[at:]).split())
