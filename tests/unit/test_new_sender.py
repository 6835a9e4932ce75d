"""A letter from somebody unknown: what it says of its sender, and the customer made with its filing, both or neither."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from archive.access import Access, Role
from archive.by_hand import Given
from archive.errors import BadInput, Conflict, Guarded
from archive.overriding import Nevertheless
from archive.schema import customer, document, filing, journal_entry
from dedup.own_company import OwnCompany
from intake import deciding, new_sender
from intake.new_sender import NewSender, name_parts, says_of_sender
from intake.stages import Letter, PageReading, ReadLetter
from tests.story.stocked import Stock, stock

CLERK = Access("anna.clerk", frozenset({Role.CLERK}), frozenset({"63"}))
NOBODY_KNOWN = {"kind": "person", "surname": "Thistlewood", "given_name": "Agnes", "birth_date": "1966-03-09"}
KNOWN = {"kind": "person", "surname": "Whitlock", "given_name": "Margaret", "birth_date": "1971-02-23"}


@pytest.fixture
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stock]:
    stocked = stock(tmp_path_factory.mktemp("new_sender"))
    yield stocked
    stocked.close()


def read(text: str, **facts: str) -> ReadLetter:
    return ReadLetter(Letter(1, 1, 1, None, None, (), None, facts), (PageReading(1, text, (), "markup", 1.0),))


def standing(made: Stock, key: int) -> tuple[str, int, int]:
    """The letter's state, and how many customers and filings there are."""
    with made.opened.catalogue.reading() as connection:
        state = connection.execute(select(document.c.state).where(document.c.id == key)).scalar_one()
        filings = select(func.count()).select_from(filing).where(filing.c.document_id == key)
        people = connection.execute(select(func.count()).select_from(customer)).scalar_one()
        return state, people, connection.execute(filings).scalar_one()


def file_with(made: Stock, key: int, cells: dict[str, str], **more: object) -> object:
    given = Given(cells, nevertheless=more.pop("nevertheless", Nevertheless()))  # type: ignore[arg-type]
    what = NewSender(given, str(more.pop("document_type", "quality_complaint")))
    return new_sender.correct_with_new(made.opened.customer_door, CLERK, key, int(str(more.pop("version", 2))), what)


def test_the_customer_is_made_and_the_letter_is_filed_with_it(made: Stock) -> None:
    key = made.documents["proposed complaint"]
    _, before, _ = standing(made, key)
    done, saved = new_sender.correct_with_new(
        made.opened.customer_door, CLERK, key, 2, NewSender(Given(NOBODY_KNOWN), "quality_complaint")
    )
    assert done.state == "filed"
    assert done.case_number
    assert standing(made, key) == ("filed", before + 1, 2)
    with made.opened.catalogue.reading() as connection:
        sender = connection.execute(select(document.c.customer_id).where(document.c.id == key)).scalar_one()
        actions = list(connection.execute(select(journal_entry.c.action).order_by(journal_entry.c.id)).scalars())
    assert sender == saved.customer_id
    assert actions[-3:] == ["customers.add", "open", "correct"]


@pytest.mark.parametrize(
    ("cells", "more", "error"),
    [
        (KNOWN, {}, Guarded),
        (NOBODY_KNOWN, {"version": 77}, Conflict),
        (NOBODY_KNOWN, {"document_type": "no such type"}, BadInput),
        ({"kind": "person"}, {}, BadInput),
    ],
)
def test_where_either_is_refused_neither_is_done(
    made: Stock, cells: dict[str, str], more: dict[str, object], error: type[Exception]
) -> None:
    key = made.documents["proposed complaint"]
    before = standing(made, key)
    with pytest.raises(error):
        file_with(made, key, cells, **more)
    assert standing(made, key) == before


def test_a_warning_that_was_looked_at_lets_the_customer_in(made: Stock) -> None:
    key = made.documents["proposed complaint"]
    with_their_phone = NOBODY_KNOWN | {"phones": "+44 20 7946 0011"}
    with pytest.raises(Guarded) as told:
        file_with(made, key, with_their_phone)
    answered = Nevertheless(frozenset(one.id for one in told.value.findings))
    file_with(made, key, with_their_phone, nevertheless=answered)
    assert standing(made, key)[0] == "filed"


def test_undone_the_letter_waits_again_and_the_customer_stays(made: Stock) -> None:
    key = made.documents["proposed complaint"]
    _, before, _ = standing(made, key)
    file_with(made, key, NOBODY_KNOWN)
    deciding.undo(made.opened.catalogue, CLERK, key, 3)
    assert standing(made, key) == ("review", before + 1, 0)


@pytest.mark.parametrize(
    ("text", "surname", "given_name", "patronymic"),
    [
        ("Корнилова Дарья Олеговна", "Корнилова", "Дарья", "Олеговна"),
        ("Дарья Олеговна Корнилова", "Корнилова", "Дарья", "Олеговна"),
        ("Д. О. Корнилова", "Корнилова", "Д.", "О."),
        ("Корнилова Д.О.", "Корнилова", "Д.", "О."),
        ("Mrs Harriet J. Penrose", "Penrose", "Harriet", "J."),
        ("Penrose, Harriet", "Penrose", "Harriet", ""),
        ("Penrose", "Penrose", "", ""),
    ],
)
def test_a_name_is_taken_apart_by_the_order_that_people_write(
    text: str, surname: str, given_name: str, patronymic: str
) -> None:
    wanted = {"surname": surname, "given_name": given_name, "patronymic": patronymic}
    assert name_parts(text) == {column: part for column, part in wanted.items() if part}


def test_what_a_letter_says_of_its_sender_fills_the_form() -> None:
    text = (
        "From: Harriet Penrose\nAddress: 7 Copper Lane, Westbrook\nAccount number: 7741002253\nTelephone: 020 7946 0733\n\n"
        "Dear Sirs,\nplease look at my last bill again.\n\nYours faithfully,\nHarriet Penrose\n"
    )
    said = says_of_sender(read(text))
    assert (said["surname"], said["given_name"], said["kind"]) == ("Penrose", "Harriet", "person")
    assert said["accounts"] == "7741002253"
    assert "Copper Lane" in said["address"]
    assert "0733" in said["phones"]


def test_a_form_or_a_mail_says_it_by_its_channel() -> None:
    said = says_of_sender(read("Please call me.", name="Корнилова Дарья Олеговна", phone="+7 927 555-66-10"))
    assert (said["surname"], said["patronymic"]) == ("Корнилова", "Олеговна")
    assert said["phones"] == "+7 927 555-66-10"
    said = says_of_sender(read("Please call me.", from_name="Harriet Penrose", from_address="harriet@mail.example"))
    assert (said["surname"], said["emails"]) == ("Penrose", "harriet@mail.example")


def test_a_number_is_no_phone_and_a_name_no_part_of_the_address() -> None:
    text = "Account 5510077001\nThe lamps flicker every evening.\nM. Whitlock, 14 Tanner Row, Northbridge\n"
    said = says_of_sender(read(text))
    assert said["accounts"] == "5510077001"
    assert "phones" not in said
    assert said["address"].startswith("14 Tanner Row")


def test_our_own_data_are_never_the_senders() -> None:
    own = OwnCompany(emails=("office@utility.example",), email_domains=("utility.example",))
    assert "emails" not in says_of_sender(read("Write to office@utility.example"), own)
