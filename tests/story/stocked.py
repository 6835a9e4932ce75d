"""An archive with something in everyone's hands, for the pages: written through the archive's own doors.

Two branches, 63 and 64, each with a clerk; customers known company-wide. Branch 63 has letters in every state, each a
drawn page with words and boxes as a reader would give them; branch 64 has letters, a case and a duplicate of its own.
Everything is made here, by code: people, letters, pictures.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from sqlalchemy import Connection, select

from api.http.rooms import Rooms
from api.pages.letter_view import box_of_text
from api.settings import read_settings
from api.wiring import Rooms as OpenedRooms
from api.wiring import open_rooms
from archive import arrivals, documents, employees
from archive.access import Role, system
from archive.arrivals import NewArrival
from archive.documents import NewLetter, NewPart, Settlement
from archive.filings import Filed, file_in_case, file_in_folder
from archive.folder_plan import load_plan
from archive.importing import import_customers
from archive.schema import case, customer, document
from archive.sentences import Sentence, quoted, say
from cases.choosing import Question
from cases.opening import open_case
from cases.types import load_types
from dedup.guard_models import likening_of
from dedup.rows import keys_of_row as keys_of
from intake.readings import KeptPage, keep_reading
from intake.stages import Box, CustomerDecision, Evidence, PageReading, TypeDecision, Word

PASSWORD = "correct horse battery"
CLERK, STAFF, OTHER_CLERK, ADMIN = "anna.clerk", "sergey.staff", "olga.other", "admin"
_WHO = (
    (CLERK, "Anna Clerk", [(Role.CLERK, "63")]),
    (STAFF, "Sergey Staff", [(Role.STAFF, "63")]),
    (OTHER_CLERK, "Olga Other", [(Role.CLERK, "64")]),
    (ADMIN, "Adam Admin", [(Role.ADMIN, employees.EVERY_BRANCH)]),
)
_DIRECTORY = """system,source_id,kind,surname,given_name,patronymic,full_name,birth_date,tax_id,phones,emails,address,accounts,meters,branch
billing,B-1,person,Заречная,Полина,Игоревна,,1984-05-17,631209884411,+7 927 555-01-10,polina@mail.example,"г. Верхний, ул. Садовая, д. 4, кв. 12",5510023417,77120045,63
billing,B-2,person,Заречный,Игорь,Львович,,1958-11-02,,,,"г. Верхний, ул. Садовая, д. 4, кв. 12",5510023418,,63
billing,B-3,person,Whitlock,Margaret,,,1971-02-23,,+44 20 7946 0011,m.whitlock@mail.example,"14 Tanner Row, Northbridge",5510077001,88100231,63
billing,B-4,organisation,,,,Northbridge Bakery Ltd,,6398112233,+44 20 7946 0055,office@bakery.example,"2 Mill Lane, Northbridge",5510088002,,63
billing,B-5,person,Okafor,Daniel,,,1990-09-30,,,,"7 Quay Street, Southport",6410011223,,64
"""
_LINE_PX, _WIDTH_PX, _HEIGHT_PX = 46, 1000, 1414


@dataclass(slots=True)
class Stock:
    """The archive and the things in it that tests name: document, arrival and case by what they are."""

    opened: OpenedRooms
    rooms: Rooms
    documents: dict[str, int] = field(default_factory=dict)
    receipts: dict[str, str] = field(default_factory=dict)
    cases: dict[str, str] = field(default_factory=dict)
    customers: dict[str, int] = field(default_factory=dict)

    def close(self) -> None:
        """Let go of everything."""
        self.opened.close()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One letter to be drawn: its lines, what was decided about it, and where it stands."""

    name: str
    lines: Sequence[str]
    branch: str = "63"
    state: str = "review"
    reason: str = ""
    document_type: str = ""
    type_confidence: float = 0.93
    customer: str = ""
    customer_confidence: float = 0.97
    runner_up: str = ""
    margin_bits: float = 14.0
    evidence: Sequence[tuple[str, str, Sentence, float]] = ()
    channel: str = "post"
    mark: str = ""
    repeats: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


def _theirs(datum: str, value: str) -> Sentence:
    return say("{datum} {value} is theirs", datum=datum, value=value)


SHEETS = (
    Sheet(
        "filed reading",
        ("Meter reading", "Account 5510077001", "Margaret Whitlock, 14 Tanner Row", "The meter shows 04412 kWh."),
        state="filed",
        reason="account",
        document_type="meter_reading",
        customer="B-3",
        evidence=(("account", "5510077001", _theirs("account", "5510077001"), 21.0),),
    ),
    Sheet(
        "proposed complaint",
        (
            "Complaint",
            "To the supply company",
            "Account 5510077001",
            "The lamps flicker every evening since Monday.",
            "M. Whitlock, 14 Tanner Row, Northbridge",
        ),
        reason="name_missing",
        document_type="quality_complaint",
        customer="B-3",
        customer_confidence=0.88,
        evidence=(
            ("account", "5510077001", _theirs("account", "5510077001"), 21.0),
            (
                "name",
                "M. Whitlock",
                say("{name} fits their name; {count} of the customers bear it", name="M. Whitlock", count=2),
                6.2,
            ),
            ("address", "14 Tanner Row", say("{address} is their address", address="14 Tanner Row"), 9.1),
        ),
        facts={"from_address": "m.whitlock@mail.example"},
    ),
    Sheet(
        "two are close",
        (
            "Application for recalculation",
            "ul. Sadovaya 4, flat 12",
            "Zarechny family",
            "We were away in July and August.",
            "Please recalculate the charge.",
        ),
        reason="two_are_close",
        document_type="recalculation_request",
        type_confidence=0.81,
        customer="B-2",
        customer_confidence=0.52,
        runner_up="B-1",
        margin_bits=0.7,
        evidence=(
            ("address", "ul. Sadovaya 4", say("{address} is their address", address="ul. Sadovaya 4"), 9.0),
            ("name", "Zarechny", say("only a part of the name agrees with {name}", name="Zarechny"), 4.0),
            ("number", "5510077001", say("{value} is another customer's", value="5510077001"), -6.0),
        ),
    ),
    Sheet(
        "nobody known",
        (
            "To whom it may concern",
            "I paid twice in September.",
            "Please return the second payment.",
            "Yours, a customer",
        ),
        reason="nobody_known",
        document_type="payment_dispute",
        type_confidence=0.9,
    ),
    Sheet(
        "rejected advert",
        ("Grand offer", "Fifty percent off window cleaning"),
        state="rejected",
        reason="advertising",
        document_type="other",
    ),
    Sheet(
        "marked letter",
        ("Confidential inquiry", "Court of Northbridge"),
        state="filed",
        reason="account",
        document_type="authority_inquiry",
        customer="B-4",
        mark="confidential",
    ),
    Sheet("in work", ("Still being read",), state="work"),
    Sheet(
        "other filed",
        ("New connection", "Account 6410011223", "Daniel Okafor, 7 Quay Street", "Zebrawood cottage needs a supply."),
        branch="64",
        state="filed",
        reason="account",
        document_type="new_connection",
        customer="B-5",
        evidence=(("account", "6410011223", _theirs("account", "6410011223"), 21.0),),
    ),
    Sheet(
        "other review",
        ("Contract", "Daniel Okafor", "Quicksilver clause, see overleaf"),
        branch="64",
        reason="name_only",
        document_type="contract_copy",
        customer="B-5",
        customer_confidence=0.6,
        evidence=(
            (
                "name",
                "Daniel Okafor",
                say("{name} fits their name; {count} of the customers bear it", name="Daniel Okafor", count=1),
                5.0,
            ),
        ),
    ),
    Sheet(
        "repeats across",
        ("New connection", "Account 6410011223", "Daniel Okafor, 7 Quay Street", "Zebrawood cottage needs a supply."),
        state="duplicate",
        reason="received_again",
        document_type="new_connection",
        customer="B-5",
        repeats="other filed",
        channel="email",
    ),
)


def stock(home: Path, demo: bool = False) -> Stock:
    """A stocked archive below `home`."""
    made = bare(home, demo)
    _load_directory(made, home)
    for sheet in SHEETS:
        _take_in(made, sheet)
    _take_in_mail(made)
    _reject_whole(made)
    made.opened.feed_all()
    return made


def bare(home: Path, demo: bool = False) -> Stock:
    """An archive below `home` with its branches and employees, and nothing in it."""
    settings = read_settings({"DOSSIER_BRANCH": "63", "DOSSIER_DEMO": "1" if demo else "0"}, home)
    opened = open_rooms(settings)
    rooms = Rooms(
        opened.catalogue,
        opened.objects,
        opened.documents_index,
        opened.customers_index,
        settings,
        opened.door.accept,
        opened.drawer.draw,
        opened.recutter,
        opened.looks,
        opened.jobs,
        opened.customer_door,
        opened.feed_door,
    )
    made = Stock(opened, rooms)
    with opened.catalogue.writing() as connection:
        arrivals.ensure_branch(connection, "63", "Northbridge")
        arrivals.ensure_branch(connection, "64", "Southport")
        for login, name, roles in _WHO:
            employees.add(connection, login, name, PASSWORD, roles)
    return made


def _load_directory(made: Stock, home: Path) -> None:
    file = home / "directory.csv"
    file.write_text(_DIRECTORY, encoding="utf-8")
    import_customers(made.opened.catalogue, file, keys_of, system("test"), likening=likening_of)
    names = {"B-1": "Полина", "B-2": "Игорь", "B-3": "Margaret", "B-4": "Bakery", "B-5": "Daniel"}
    with made.opened.catalogue.reading() as connection:
        for row in connection.execute(select(customer.c.id, customer.c.display_name)):
            made.customers |= {key: row.id for key, part in names.items() if part in row.display_name}


def _take_in(made: Stock, sheet: Sheet) -> None:
    picture, reading = drawn(sheet.lines)
    digest, size = made.opened.objects.put(io.BytesIO(picture))
    with made.opened.catalogue.writing() as connection:
        new = NewArrival(sheet.channel, f"test:{sheet.name}", sheet.branch, f"{sheet.name}.png", "", digest, size)
        arrival_id, made.receipts[sheet.name] = arrivals.register(connection, new, "test")
        letter = NewLetter(1, 1, 1, f"{sheet.name}.png", "image/png", digest, size, (), facts=sheet.facts)
        document_id = documents.enter(connection, arrival_id, letter)
        arrivals.mark_opened(connection, arrival_id, "image/png", 1, (), ())
        if sheet.mark:
            connection.execute(document.update().where(document.c.id == document_id).values(mark=sheet.mark))
        made.documents[sheet.name] = document_id
        if sheet.state == "work":
            return
        kept = keep_reading(made.opened.objects, [KeptPage(reading, 0, 1)])
        documents.keep_reading(connection, document_id, *kept, made_by="test")
        documents.settle(connection, document_id, _settlement(made, sheet, reading), "system:intake")
        if sheet.state == "filed":
            made.cases[sheet.name] = _file(connection, made, sheet, document_id)


def _settlement(made: Stock, sheet: Sheet, reading: PageReading) -> Settlement:
    whose = made.customers.get(sheet.customer)
    evidence = tuple(
        Evidence(datum, value, words, bits, 1, _box(reading, value)) for datum, value, words, bits in sheet.evidence
    )
    what = TypeDecision(sheet.document_type, sheet.type_confidence, "other", 0.6, True, ())
    decided = CustomerDecision(
        whose,
        sheet.customer_confidence if whose else 0.0,
        sheet.state == "filed",
        sheet.reason,
        "account" if sheet.evidence else None,
        _account(sheet),
        made.customers.get(sheet.runner_up),
        sheet.margin_bits,
        evidence,
    )
    repeated = made.documents.get(sheet.repeats)
    told = (say("the same as document {number}, received before", number=repeated),) if repeated else ()
    return Settlement(
        sheet.state,
        sheet.reason,
        told,
        sheet.document_type,
        sheet.type_confidence,
        whose,
        decided.confidence,
        repeated,
        "2026-03-02",
        {"type": asdict(what), "customer": asdict(decided), "case_numbers": []},
        {"account": _account(sheet)} if _account(sheet) else {},
    )


def _account(sheet: Sheet) -> str | None:
    return next((value for datum, value, _words, _bits in sheet.evidence if datum == "account"), None)


def _file(connection: Connection, made: Stock, sheet: Sheet, document_id: int) -> str:
    owner = made.customers[sheet.customer]
    kind = connection.execute(select(customer.c.kind).where(customer.c.id == owner)).scalar_one()
    why = Filed("account", _account(sheet) or "", "system:intake")
    file_in_folder(connection, document_id, owner, load_plan().place_of(sheet.document_type, kind).code, why)
    received = connection.execute(select(document.c.received_on).where(document.c.id == document_id)).scalar_one()
    asked = Question(
        owner, _account(sheet) or "", "", load_types().for_letter(sheet.document_type), date.fromisoformat(received)
    )
    opened = open_case(connection, asked, sheet.branch, asked.on, "system:intake")
    if sheet.mark:
        connection.execute(case.update().where(case.c.id == opened.id).values(mark=sheet.mark))
    file_in_case(connection, document_id, opened.id, why)
    return opened.number


def _take_in_mail(made: Stock) -> None:
    """A mail with an enclosure whose name and text are as hostile as they come."""
    body = b"<script>alert(1)</script> Please see the enclosure. 5510088002"
    enclosed = drawn(("Invoice", "Northbridge Bakery Ltd", "Account 5510088002"))
    objects = made.opened.objects
    whole, part = objects.put(io.BytesIO(b"mail:" + body)), objects.put(io.BytesIO(enclosed[0]))
    text = objects.put(io.BytesIO(body))
    nasty = '"><img src=x onerror=alert(1)>\r\nSet-Cookie: a=b\u202egpj.html'
    parts = (
        NewPart("body", "body.txt", "text/plain", *text),
        NewPart("enclosure", nasty, "image/png", *part),
    )
    with made.opened.catalogue.writing() as connection:
        new = NewArrival("email", "test:mail", "63", nasty, "", *whole)
        arrival_id, made.receipts["mail"] = arrivals.register(connection, new, "test")
        letter = NewLetter(1, None, None, nasty, "message/rfc822", *whole, parts)
        document_id = documents.enter(connection, arrival_id, letter)
        arrivals.mark_opened(connection, arrival_id, "message/rfc822", 0, (), ())
        pages = [
            KeptPage(PageReading(1, body.decode(), (), "markup", 1.0), 0, 1),
            KeptPage(PageReading(2, enclosed[1].text, enclosed[1].words, "ocr", 0.97), 1, 1),
        ]
        documents.keep_reading(connection, document_id, *keep_reading(objects, pages), made_by="test")
        sheet = Sheet("mail", (), reason="type_uncertain", document_type="invoice", type_confidence=0.5, customer="B-4")
        documents.settle(connection, document_id, _settlement(made, sheet, pages[1].reading), "system:intake")
        made.documents["mail"] = document_id


def _reject_whole(made: Stock) -> None:
    digest, size = made.opened.objects.put(io.BytesIO(b""))
    with made.opened.catalogue.writing() as connection:
        new = NewArrival("upload", "test:nothing", "63", "nothing.pdf", "", digest, size)
        arrival_id, made.receipts["nothing"] = arrivals.register(connection, new, "test")
        arrivals.mark_rejected(connection, arrival_id, "zero_bytes", (quoted("the file has no bytes"),))


def drawn(lines: Sequence[str]) -> tuple[bytes, PageReading]:
    """A page with these lines on it, as PNG, and the reading that a reader would give of it."""
    sheet = Image.new("L", (_WIDTH_PX, _HEIGHT_PX), 252)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=30)
    words: list[Word] = []
    text, y = "", 120
    for line in lines:
        x = 110.0
        for word in line.split(" "):
            width = pen.textlength(word, font=font)
            pen.text((x, y), word, fill=30, font=font)
            box = Box(x / _WIDTH_PX, y / _HEIGHT_PX, (x + width) / _WIDTH_PX, (y + 36) / _HEIGHT_PX)
            words.append(Word(word, len(text), box, 0.98))
            text += word + " "
            x += width + 10
        text, y = text.rstrip() + "\n", y + _LINE_PX + 14
    kept = io.BytesIO()
    sheet.save(kept, "PNG")
    return kept.getvalue(), PageReading(1, text, tuple(words), "ocr", 0.97)


def _box(reading: PageReading, value: str) -> Box | None:
    return box_of_text(reading, value)
