"""An enclosure that can not be read is never passed over: its letter waits for a person, who is told which one."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Row, select

from api.settings import read_settings
from api.wiring import open_rooms
from archive.access import system
from archive.arrivals import NewArrival, ensure_branch
from archive.importing import import_customers
from archive.schema import document
from archive.sentences import in_english, restored
from dedup.rows import keys_of_row
from intake.working import work
from tests.unit import document_making as making
from tests.unit.test_opening import mail_with

TEXT = (
    "Dear Sirs,\n\nI complain about the quality of the supply: the lamps flicker every evening since Monday and the voltage "
    "in the house is far too low.\n\nAccount 5510077001\n14 Tanner Row, Northbridge\n\nYours faithfully,\nMargaret Whitlock\n"
)
DIRECTORY = (
    "system,source_id,kind,surname,given_name,address,accounts,branch\n"
    'billing,B-3,person,Whitlock,Margaret,"14 Tanner Row, Northbridge",5510077001,63\n'
)
CUT_OFF = making.pdf("x" * 900)[:-600]
LOCKED = (
    b'From: Ann <m.whitlock@mail.example>\r\nContent-Type: multipart/mixed; boundary="q"\r\n\r\n'
    b"--q\r\nContent-Type: text/plain\r\n\r\n" + TEXT.encode() + b"\r\n"
    b'--q\r\nContent-Type: multipart/encrypted; boundary="r"\r\nContent-Disposition: attachment; filename="secret.pgp"\r\n'
    b"\r\n--r\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--r--\r\n--q--\r\n"
)

TakeIn = Callable[[bytes], Row[Any]]


@pytest.fixture(scope="module")
def take_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TakeIn]:
    """Takes one mail in, to its end, and answers its letter."""
    home = tmp_path_factory.mktemp("unread")
    rooms = open_rooms(read_settings({"DOSSIER_BRANCH": "63"}, home))
    (home / "directory.csv").write_text(DIRECTORY, encoding="utf-8")
    import_customers(rooms.catalogue, home / "directory.csv", keys_of_row, system("test"))
    with rooms.catalogue.writing() as connection:
        ensure_branch(connection, "63")
    taken = 0

    def one(mail: bytes) -> Row[Any]:
        nonlocal taken
        taken += 1
        digest, size = rooms.objects.put(io.BytesIO(mail))
        came = NewArrival("email", f"test:{taken}", "63", "letter.eml", "letter.eml", digest, size)
        arrival_id = rooms.door.accept(came, system("test")).arrival_id
        work(rooms.jobs, rooms.pipeline, until=lambda: True)
        with rooms.catalogue.reading() as connection:
            query = select(document).where(document.c.arrival_id == arrival_id, document.c.part == 0)
            return connection.execute(query).one()

    yield one
    rooms.close()


def test_a_clear_letter_with_a_broken_enclosure_waits_and_names_it(take_in: TakeIn) -> None:
    letter = take_in(mail_with(("map.txt", b"how to find us"), ("meter.pdf", CUT_OFF), text=TEXT))
    assert (letter.state, letter.reason) == ("review", "enclosure_unread")
    assert in_english(restored(letter.explanation)) == "the enclosure meter.pdf could not be read"
    assert letter.customer_id is not None and letter.document_type == "quality_complaint", "it is still proposed"


def test_an_encrypted_part_is_not_passed_over(take_in: TakeIn) -> None:
    letter = take_in(LOCKED)
    assert (letter.state, letter.reason) == ("review", "enclosure_unread"), letter.explanation


@pytest.mark.parametrize("blank", [b"\r\n \r\n", b"<html><body></body></html>"], ids=["text", "markup"])
def test_a_blank_enclosure_is_nothing_to_wait_for(take_in: TakeIn, blank: bytes) -> None:
    letter = take_in(mail_with(("ATT00001.htm", blank), ("map.txt", b"how to find us"), text=TEXT))
    assert letter.state == "filed", (letter.reason, letter.explanation)
