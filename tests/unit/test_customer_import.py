"""Loading customers from files: every row is new, changed, unchanged or refused with a reason; nothing is lost."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from sqlalchemy import func, select

from archive import directory_profiles, importing, journal, journal_proof, outbox
from archive.access import Access, Role, system
from archive.customers import CustomerView, find_source, first_source, show
from archive.directory_lookup import find_by_identifier
from archive.errors import BadInput, Forbidden, NotFound
from archive.importing import ImportReport, import_customers
from archive.ports import Catalogue
from archive.schema import branch, customer, customer_key, holding, journal_entry, source_record
from archive.showing.customers import card

LOADER = system("test")
STAFF = Access("anna", frozenset({Role.STAFF}), None)
HEADER = "source_id,kind,surname,given_name,patronymic,birth_date,tax_id,phones,emails,address,accounts,meters,branch"
HEADER_OF_NAMES = "source_id,kind,full_name"
MARY = "1,person,Poole,Mary,Ann,1961-02-03,AB123456C,07700900123;07700900456,mary@post.example,1 Mill Lane,A-100;A-200,M9,12"
PETER = "2,person,Poole,Peter,,,,07700900123,,1 Mill Lane,A-100,,12"


def keys_of(row: Mapping[str, str]) -> Iterable[int]:
    return [name_key(row["surname"]), -len(row["accounts"])]


def name_key(surname: str) -> int:
    return zlib.crc32(surname.encode())


def load(catalogue: Catalogue, folder: Path, *lines: str, header: str = HEADER) -> ImportReport:
    path = folder / "customers.csv"
    path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return import_customers(catalogue, path, keys_of, LOADER)


def view(catalogue: Catalogue, source_id: str, access: Access = LOADER) -> CustomerView:
    with catalogue.reading() as connection:
        customer_id = find_source(connection, "directory", source_id)
        assert customer_id is not None
        return show(connection, access, customer_id)


def fields(shown: CustomerView, name: str) -> list[str]:
    return [cell.value for cell in shown.fields if cell.field == name]


def test_every_column_of_a_new_customer_is_shown_with_its_source(catalogue: Catalogue, tmp_path: Path) -> None:
    report = load(catalogue, tmp_path, MARY, PETER)
    assert (report.rows, report.new, report.problems) == (2, 2, [])
    shown = view(catalogue, "1")
    assert shown.display_name == "Poole Mary Ann"
    assert fields(shown, "tax_id") == ["AB123456C"]
    assert fields(shown, "accounts") == ["A-100", "A-200"]
    assert {(cell.system, cell.source_id) for cell in shown.fields} == {("directory", "1")}
    assert [(held.kind, held.number) for held in shown.holdings] == [
        ("account", "A-100"),
        ("account", "A-200"),
        ("meter", "M9"),
    ]
    assert [contact.value for contact in shown.contacts if contact.kind == "phone"] == ["07700900123", "07700900456"]
    assert [place.value for place in shown.addresses] == ["1 Mill Lane"]


@pytest.mark.parametrize(
    "odd", ['x"record":0,y', '"record":0,', 'x"record', '\\"record":0,', '{"record":0,"value":"z"}']
)
def test_a_name_that_looks_like_our_own_notes_is_kept_as_it_came(
    catalogue: Catalogue, tmp_path: Path, odd: str
) -> None:
    quoted = odd.replace('"', '""')
    load(catalogue, tmp_path, "2,person,Poole Peter", f'3,organisation,"{quoted}"', header=HEADER_OF_NAMES)
    shown = view(catalogue, "3")
    assert fields(shown, "full_name") == [odd]
    assert {(cell.record_id, cell.source_id) for cell in shown.fields} == {(2, "3")}


def test_the_same_file_again_changes_nothing(catalogue: Catalogue, tmp_path: Path) -> None:
    load(catalogue, tmp_path, MARY, PETER)
    with catalogue.writing() as connection:
        outbox.settle(connection, outbox.pending(connection))
        entries = connection.execute(select(func.count()).select_from(journal_entry)).scalar_one()
    report = load(catalogue, tmp_path, MARY, PETER)
    assert (report.unchanged, report.new, report.changed) == (2, 0, 0)
    with catalogue.reading() as connection:
        assert outbox.lag(connection)[0] == 0
        assert connection.execute(select(func.count()).select_from(journal_entry)).scalar_one() == entries
        assert set(connection.execute(select(source_record.c.version)).scalars()) == {1}


def test_columns_in_another_order_change_nothing(catalogue: Catalogue, tmp_path: Path) -> None:
    load(catalogue, tmp_path, "1,Poole,A-1", header="source_id,surname,accounts")
    report = load(catalogue, tmp_path, "A-1;Poole;1", header="accounts;surname;source_id")
    assert report.unchanged == 1


def test_a_changed_row_is_a_new_version_and_what_it_gave_up_is_kept_as_former(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    load(catalogue, tmp_path, MARY)
    changed = (
        MARY.replace("1 Mill Lane", "9 New Road").replace("Poole", "Marsh").replace(";A-200", "").replace("M9", "")
    )
    report = load(catalogue, tmp_path, changed)
    assert (report.changed, report.new) == (1, 0)
    shown = view(catalogue, "1")
    assert (shown.version, shown.records[0].version) == (2, 2)
    assert fields(shown, "address") == ["9 New Road"]
    assert fields(shown, "former_address") == ["1 Mill Lane"]
    assert fields(shown, "other_names") == ["Poole Mary Ann"]
    assert {held.number: bool(held.valid_to) for held in shown.holdings} == {"A-100": False, "A-200": True, "M9": True}
    with catalogue.reading() as connection:
        payload = json.loads(connection.execute(select(journal_entry.c.payload)).scalars().all()[-1])
        profile = directory_profiles.profiles(connection, [shown.id])[0]
    assert payload["after"]["details"]["changed"]["source_record:1"]["surname"] == ["Poole", "Marsh"]
    assert [name.surname for name in profile.persons] == ["Marsh", "Poole"]
    assert profile.former_addresses == ("1 Mill Lane",)
    assert profile.accounts == ("A-100",)


def test_what_comes_back_is_held_again(catalogue: Catalogue, tmp_path: Path) -> None:
    for row in (MARY, MARY.replace(";A-200", ""), MARY):
        load(catalogue, tmp_path, row)
    assert all(not held.valid_to for held in view(catalogue, "1").holdings)


def test_a_column_that_the_file_does_not_have_is_left_as_it_was(catalogue: Catalogue, tmp_path: Path) -> None:
    load(catalogue, tmp_path, MARY)
    report = load(catalogue, tmp_path, "1,07700900789", header="source_id,phones")
    assert report.changed == 1
    shown = view(catalogue, "1")
    assert fields(shown, "phones") == ["07700900789"]
    assert shown.display_name == "Poole Mary Ann"


def test_an_account_of_two_customers_is_held_by_both(catalogue: Catalogue, tmp_path: Path) -> None:
    load(catalogue, tmp_path, MARY, PETER)
    with catalogue.reading() as connection:
        found = find_by_identifier(connection, LOADER, "a100")
        assert len({match.customer_id for match in found}) == 2
        held = select(func.count(func.distinct(holding.c.held_id))).where(holding.c.kind == "account")
        assert connection.execute(held).scalar_one() == 2


def test_the_same_account_number_of_two_systems_is_two_accounts(catalogue: Catalogue, tmp_path: Path) -> None:
    load(catalogue, tmp_path, "a,1,Poole,A-1", "b,1,Marsh,A-1", header="system,source_id,surname,accounts")
    with catalogue.reading() as connection:
        assert sorted(match.issuer for match in find_by_identifier(connection, LOADER, "A-1")) == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "part", "kinds"),
    [
        pytest.param("A-100", False, {"account"}, id="an account as written"),
        pytest.param("а 100", False, {"account"}, id="an account with a Cyrillic letter and a blank"),
        pytest.param("A-10", True, {"account"}, id="an account's beginning"),
        pytest.param("A-10", False, set(), id="a beginning is not the whole"),
        pytest.param("A1", True, set(), id="two signs are too few"),
        pytest.param("+44 7700 900123", False, {"phone"}, id="a phone with its country code"),
        pytest.param("07700900123", False, {"phone"}, id="a phone with a trunk zero"),
        pytest.param("+44 7700 9", True, {"phone"}, id="a phone's beginning with its country code"),
        pytest.param("MARY@post.example", False, {"email"}, id="an e-mail address in capitals"),
        pytest.param("mary@", True, {"email"}, id="an e-mail address's beginning"),
        pytest.param("ab 12 34 56 c", False, {"tax_id"}, id="a tax id with blanks"),
        pytest.param("m9", False, {"meter"}, id="a meter"),
    ],
)
def test_a_customer_is_found_by(catalogue: Catalogue, tmp_path: Path, text: str, part: bool, kinds: set[str]) -> None:
    load(catalogue, tmp_path, MARY)
    with catalogue.reading() as connection:
        assert {match.kind for match in find_by_identifier(connection, LOADER, text, part)} == kinds


def test_who_may_not_see_tax_ids_can_not_find_by_them_and_sees_them_masked(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    load(catalogue, tmp_path, MARY)
    shown = view(catalogue, "1", STAFF)
    assert fields(shown, "tax_id") == ["•••••••6C"]
    assert fields(shown, "birth_date") == ["••••••••03"]
    assert "1961" not in str(shown)
    assert "AB123456C" not in str(shown)
    with catalogue.reading() as connection:
        assert find_by_identifier(connection, STAFF, "AB123456C") == []


def test_unknown_columns_are_kept_and_hidden_from_those_who_do_not_see_everything(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    load(catalogue, tmp_path, "1,Poole,4509 123456", header="source_id,surname,passport_no")
    assert view(catalogue, "1").records[0].payload["passport_no"] == "4509 123456"
    assert "123456" not in str(view(catalogue, "1", STAFF))


def test_bad_rows_are_named_and_the_rest_goes_on(catalogue: Catalogue, tmp_path: Path) -> None:
    report = load(
        catalogue,
        tmp_path,
        "1,person,Poole",
        "2,person",
        ",person,Nobody",
        "4,alien,Zork",
        "5,,",
        '6,person,"never closed',
        "7,person,Marsh",
        header="source_id,kind,surname",
    )
    assert (report.new, report.refused) == (2, 5)
    assert [problem.line for problem in report.problems] == [3, 4, 5, 6, 7]
    assert all(problem.reason and problem.remedy for problem in report.problems)
    assert view(catalogue, "7").display_name == "Marsh"


def test_a_quote_that_is_never_closed_swallows_no_later_row(catalogue: Catalogue, tmp_path: Path) -> None:
    rows = ['1,"open', *(f"{number},Name{number}" for number in range(2, 300))]
    report = load(catalogue, tmp_path, *rows, header="source_id,surname")
    assert (report.new, [problem.line for problem in report.problems]) == (298, [2])


def test_a_cell_may_go_on_in_the_next_line(catalogue: Catalogue, tmp_path: Path) -> None:
    load(catalogue, tmp_path, '1,Poole,"1 Mill Lane\nBath"', "2,Marsh,", header="source_id,surname,address")
    assert fields(view(catalogue, "1"), "address") == ["1 Mill Lane\nBath"]


def test_an_impossible_birth_date_is_left_out_with_a_warning_and_the_row_is_taken(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    rows = ("1,Poole,31.02.1980", "2,Marsh,05.03.1980")
    report = load(catalogue, tmp_path, *rows, header="source_id,surname,birth_date")
    assert (report.new, report.refused, len(report.problems)) == (2, 0, 1)
    assert fields(view(catalogue, "2"), "birth_date") == ["1980-03-05"]
    assert fields(view(catalogue, "1"), "birth_date") == []


ROWS = "source_id;surname;address\n1;Ёлкина;г. Уфа, ул. Лесная, д. 1\n2;Жуков;г. Уфа, ул. Мира, д. 2\n" + "".join(
    f"{number};Иванова;г. Самара, улица Садовая, дом {number}\n" for number in range(3, 40)
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251", "koi8-r"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_encoding_and_delimiter_are_found_out(
    catalogue: Catalogue, tmp_path: Path, encoding: str, delimiter: str
) -> None:
    path = tmp_path / "export.csv.gz"
    text = ROWS.replace(",", "") if delimiter == "," else ROWS
    path.write_bytes(gzip.compress(text.replace(";", delimiter).encode(encoding)))
    report = import_customers(catalogue, path, keys_of, LOADER)
    assert (report.new, report.problems) == (39, [])
    assert view(catalogue, "1").display_name == "Ёлкина"


def test_one_damaged_row_does_not_change_how_the_others_are_read(catalogue: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(ROWS.encode().replace("Жуков".encode(), b"\xcc\xf3\xea"))
    report = import_customers(catalogue, path, keys_of, LOADER)
    assert (report.new, [problem.line for problem in report.problems]) == (38, [3])
    assert view(catalogue, "1").display_name == "Ёлкина"


def test_a_file_cut_short_gives_what_it_has_and_says_so(catalogue: Catalogue, tmp_path: Path) -> None:
    rows = "".join(f"{number},Name{number * 7919 % 10007}\n" for number in range(200_000))
    packed = gzip.compress(("source_id,surname\n" + rows).encode())
    path = tmp_path / "export.csv.gz"
    path.write_bytes(packed[: len(packed) // 50])
    report = import_customers(catalogue, path, keys_of, LOADER)
    assert report.new > 0
    assert len(report.problems) == 1
    assert "copy the file again" in report.problems[0].remedy


@pytest.mark.parametrize("content", [b"", b"no,known,column\n1,2,3\n", b"\x1f\x8b\x00broken", b"phones,phones\n1,2\n"])
def test_a_file_that_is_no_customer_file_is_refused_whole(catalogue: Catalogue, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.csv"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"odd\.csv"):
        import_customers(catalogue, path, keys_of, LOADER)


def test_a_file_that_is_not_there_is_refused(catalogue: Catalogue, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"missing\.csv"):
        import_customers(catalogue, tmp_path / "missing.csv", keys_of, LOADER)


def test_who_may_not_load_is_refused(catalogue: Catalogue, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("surname\nPoole\n")
    with pytest.raises(Forbidden):
        import_customers(catalogue, tmp_path / "c.csv", keys_of, STAFF)


def test_a_file_without_ids_is_known_again_row_by_row(catalogue: Catalogue, tmp_path: Path) -> None:
    load(catalogue, tmp_path, "Poole,A-1", "Marsh,A-2", header="surname,accounts")
    report = load(catalogue, tmp_path, "Marsh,A-2", "Poole,A-1", "Hill,A-3", header="surname,accounts")
    assert (report.unchanged, report.new) == (2, 1)


def test_the_same_record_twice_in_one_file_ends_as_the_later_row(catalogue: Catalogue, tmp_path: Path) -> None:
    report = load(catalogue, tmp_path, "1,Poole", "1,Marsh", "1,Marsh", header="source_id,surname")
    assert (report.new, report.changed, report.unchanged) == (1, 1, 1)
    assert view(catalogue, "1").display_name == "Marsh"


def test_a_record_that_changes_and_changes_back_ends_as_the_last_row(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK_ROWS", 1)
    rows = ("1,Poole", "2,Marsh")
    load(catalogue, tmp_path, *rows, header="source_id,surname")
    load(catalogue, tmp_path, *rows, "2,Hill", "2,Marsh", header="source_id,surname")
    shown = view(catalogue, "2")
    assert (shown.display_name, shown.version) == ("Marsh", 3)


def test_keys_that_can_not_be_made_in_another_process_are_made_in_this_one(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK_ROWS", 1)
    path = tmp_path / "customers.csv"
    path.write_text("source_id,surname\n1,Poole\n2,Marsh\n3,Hill\n", encoding="utf-8")
    import_customers(catalogue, path, lambda row: [int(row["source_id"])], LOADER)
    with catalogue.reading() as connection:
        assert connection.execute(select(customer_key.c.key, customer_key.c.customer_id)).all() == [
            (1, 1),
            (2, 2),
            (3, 3),
        ]


def test_branches_keys_size_outbox_and_journal_follow(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK_ROWS", 1)
    load(catalogue, tmp_path, MARY, PETER)
    load(catalogue, tmp_path, MARY.replace("A-200", "A-3"))
    journal.seal(catalogue)
    with catalogue.reading() as connection:
        assert connection.execute(select(branch.c.code)).scalars().all() == ["12"]
        assert directory_profiles.size(connection) == 2
        keys = connection.execute(select(customer_key.c.key, customer_key.c.customer_id)).all()
        assert len(keys) == len(set(keys)) == 5
        shared = name_key("Poole")
        assert directory_profiles.key_counts(connection, [shared, 1]) == {shared: 2}
        assert sorted(directory_profiles.candidates(connection, [shared], 10)) == [1, 2]
        assert {(change.key, change.version) for change in outbox.pending(connection)} == {(1, 2), (2, 1)}
        actions = connection.execute(select(journal_entry.c.action, journal_entry.c.subject)).all()
        assert len(actions) == 3
        assert list(journal_proof.verify(connection)) == []
        assert first_source(connection, [1, 2]) == {1: ("directory", "1"), 2: ("directory", "2")}
        assert directory_profiles.account_numbers(connection) == ["A-100", "A-200", "A-3"]


def test_a_merged_customer_is_read_through_the_one_that_stands_for_it(catalogue: Catalogue, tmp_path: Path) -> None:
    load(catalogue, tmp_path, MARY, PETER.replace("A-100", "A-100;A-7"))
    with catalogue.writing() as connection:
        connection.execute(customer.update().where(customer.c.id == 2).values(survivor_id=1))
    shown = view(catalogue, "2")
    assert (shown.id, shown.asked_id) == (1, 1)
    assert [record.source_id for record in shown.records] == ["1", "2"]
    with catalogue.reading() as connection:
        assert {held.number for held in card(connection, LOADER, 2).held} == {"A-100", "A-200", "M9", "A-7"}
    load(catalogue, tmp_path, PETER.replace("1 Mill Lane", "3 Far Street"))
    assert view(catalogue, "1").version == 2
    with catalogue.reading() as connection:
        assert show(connection, LOADER, 2).asked_id == 2
        assert {match.customer_id for match in find_by_identifier(connection, LOADER, "A-100")} == {1}
        with pytest.raises(NotFound):
            show(connection, LOADER, 99)


def test_what_was_entered_by_hand_stands_above_a_later_feed(catalogue: Catalogue, tmp_path: Path) -> None:
    header = "system,source_id,surname,phones"
    load(catalogue, tmp_path, "hand,h1,Poole,07700900111", "billing,b1,Pool,07700900222", header=header)
    with catalogue.writing() as connection:
        connection.execute(customer.update().where(customer.c.id == 2).values(survivor_id=1))
    load(catalogue, tmp_path, "billing,b1,Pole,07700900333", header=header)
    with catalogue.reading() as connection:
        shown = show(connection, LOADER, 1)
    assert shown.display_name == "Poole"
    assert fields(shown, "phones") == ["07700900111", "07700900333"]
