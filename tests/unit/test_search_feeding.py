"""From the record to the indexes: the outbox is emptied, nothing that changes meanwhile is lost, rebuilds are whole."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from archive import arrivals, documents, merging, outbox
from archive.access import system
from archive.arrivals import NewArrival
from archive.clock import utc_now
from archive.documents import NewLetter, Settlement
from archive.errors import EngineAway
from archive.importing import import_customers
from archive.ports import Catalogue, ObjectStore
from archive.schema import branch, customer, document, filing
from archive.schema import case as case_table
from search import feeding
from search.adapters import in_tantivy
from search.feeding import Feeder
from search.ports import AnotherWrites, CustomerIndex, DocumentIndex, Query, Refused

EVERYBODY = system("test")


@pytest.fixture
def letters(tmp_path: Path) -> Iterator[DocumentIndex]:
    index = in_tantivy.documents(tmp_path / "documents")
    yield index
    index.release()


@pytest.fixture
def people(tmp_path: Path) -> Iterator[CustomerIndex]:
    index = in_tantivy.customers(tmp_path / "customers")
    yield index
    index.release()


@pytest.fixture
def feeder(catalogue: Catalogue, objects: ObjectStore, letters: DocumentIndex, people: CustomerIndex) -> Feeder:
    with catalogue.writing() as connection:
        connection.execute(insert(branch).values(code="north", name="North"))
    return Feeder(catalogue, objects, letters, people)


def _kept(objects: ObjectStore, body: bytes) -> tuple[str, int]:
    return objects.put(io.BytesIO(body))


def file_letter(catalogue: Catalogue, objects: ObjectStore, text: str, **facts: str) -> int:
    """A letter with this text, entered, read and settled as filed."""
    digest, size = _kept(objects, text.encode())
    reading, reading_size = _kept(objects, json.dumps({"version": 1, "pages": [{"text": text}]}).encode())
    new = NewArrival("post", f"{text}.pdf", "north", "scan.pdf", "in/scan.pdf", digest, size)
    letter = NewLetter(1, 1, 1, "scan.pdf p. 1", "application/pdf", digest, size, (), facts=facts)
    with catalogue.writing() as connection:
        arrival_id, _ = arrivals.register(connection, new, "test")
        letter_id = documents.enter(connection, arrival_id, letter)
        documents.keep_reading(connection, letter_id, reading, reading_size, "test")
        documents.settle(connection, letter_id, settlement(), "test")
    return letter_id


def settlement(**changes: object) -> Settlement:
    values: dict[str, object] = {
        "state": "filed",
        "reason": "",
        "explanation": "",
        "document_type": "claim",
        "type_confidence": 1.0,
        "customer_id": None,
        "customer_confidence": 1.0,
        "duplicate_of": None,
        "letter_date": None,
        "decision": {},
        "fields": {"account": "63221266131"},
    }
    return Settlement(**(values | changes))  # type: ignore[arg-type]


def change_type(connection: Connection, letter_id: int, document_type: str) -> None:
    """As the desk does: a new version, announced."""
    row = documents.get(connection, letter_id)
    changed = {"document_type": document_type, "version": row.version + 1}
    connection.execute(update(document).where(document.c.id == letter_id).values(changed))
    outbox.announce(connection, "document", [(letter_id, row.version + 1)])


def load_customers(catalogue: Catalogue, folder: Path, *lines: str) -> None:
    path = folder / "customers.csv"
    path.write_text("\n".join(("source_id,kind,surname,given_name,accounts,branch", *lines)), encoding="utf-8")
    import_customers(catalogue, path, lambda row: [], EVERYBODY)


def found(index: DocumentIndex | CustomerIndex, text: str) -> list[int]:
    return sorted(hit.thing.id for hit in index.search(Query(text), EVERYBODY).hits)


def test_a_filed_letter_is_found_by_its_text_its_data_and_its_numbers_after_one_turn(
    catalogue: Catalogue, objects: ObjectStore, feeder: Feeder, letters: DocumentIndex
) -> None:
    letter_id = file_letter(catalogue, objects, "The meter is broken", subject="A complaint")
    assert feeder.lag().waiting == 1
    assert feeder.feed() == 1
    assert feeder.lag() == feeding.Lag(0, None, 0.0)
    with catalogue.reading() as connection:
        number = documents.get(connection, letter_id).registration_number
    for text in ("meter", "complaint", "63221266131", number, "type:claim", "scan.pdf"):
        assert found(letters, text) == [letter_id], text
    assert feeder.feed() == 0


def test_what_was_just_filed_does_not_wait_for_all_that_stands_before_it(
    catalogue: Catalogue, objects: ObjectStore, feeder: Feeder, letters: DocumentIndex
) -> None:
    first, *_others, last = [file_letter(catalogue, objects, f"Letter number{n} of many") for n in range(8)]
    assert feeder.feed(limit=4) == 4
    assert found(letters, "number7") == [last], "the newest"
    assert found(letters, "number0") == [first], "and, as ever, the oldest"
    while feeder.feed(limit=4):
        pass
    assert len(found(letters, "many")) == 8


def test_a_turn_takes_few_documents_and_those_left_over_come_in_the_next(
    catalogue: Catalogue, objects: ObjectStore, feeder: Feeder, letters: DocumentIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeding, "DOCUMENTS_A_TURN", 3)
    for number in range(4):
        file_letter(catalogue, objects, f"Letter number{number} of many")
    assert (feeder.feed(), feeder.feed(), feeder.feed()) == (3, 1, 0)
    assert len(found(letters, "many")) == 4


def test_a_letter_is_found_by_the_case_that_it_lies_in(
    catalogue: Catalogue, objects: ObjectStore, feeder: Feeder, letters: DocumentIndex
) -> None:
    letter_id = file_letter(catalogue, objects, "The meter is broken")
    row = {"number": "C-12/24", "type": "claim", "branch": "north", "state": "open"}
    row |= {"opened_on": "2024-05-01", "last_letter_on": "2024-05-01"}
    with catalogue.writing() as connection:
        case_id = connection.execute(insert(case_table).values(row).returning(case_table.c.id)).scalar_one()
        place = {"document_id": letter_id, "case_id": case_id, "ground": "account", "ground_value": "55500011122"}
        connection.execute(insert(filing).values(place | {"filed_at": utc_now(), "actor": "test"}))
    feeder.feed()
    assert found(letters, "C-12/24") == found(letters, "case:c-12/24") == found(letters, "500011") == [letter_id]


def test_customers_are_found_by_name_and_by_part_of_their_account(
    catalogue: Catalogue, feeder: Feeder, people: CustomerIndex, tmp_path: Path
) -> None:
    load_customers(catalogue, tmp_path, "1,person,Воронцов,Пётр,63221266131,north", "2,organisation,Ромашка,,777,north")
    assert feeder.feed() == 2
    assert len(found(people, "Vorontsov")) == len(found(people, "212661")) == len(found(people, "ромашка")) == 1
    assert found(people, "воронцов") == found(people, "212661")


def test_a_merged_customer_is_found_no_more(
    catalogue: Catalogue, feeder: Feeder, people: CustomerIndex, tmp_path: Path
) -> None:
    load_customers(catalogue, tmp_path, "1,person,Воронцов,Пётр,1111,north", "2,person,Воронцов,П,2222,north")
    feeder.feed()
    kept, gone = found(people, "воронцов")
    with catalogue.writing() as connection:
        connection.execute(update(customer).where(customer.c.id == gone).values(survivor_id=kept, version=9))
        outbox.announce(connection, "customer", [(gone, 9)])
    feeder.feed()
    assert found(people, "воронцов") == [kept]


def test_a_change_made_while_indexing_stays_in_the_outbox_and_is_indexed_next(
    catalogue: Catalogue,
    objects: ObjectStore,
    feeder: Feeder,
    letters: DocumentIndex,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    letter_id = file_letter(catalogue, objects, "The meter is broken")
    put_many = letters.put_many

    def put_while_a_clerk_corrects(things: object) -> int:
        monkeypatch.undo()
        with catalogue.writing() as connection:
            change_type(connection, letter_id, "refund")
        return put_many(things)  # type: ignore[arg-type]

    monkeypatch.setattr(letters, "put_many", put_while_a_clerk_corrects)
    assert feeder.feed() == 1
    assert found(letters, "type:refund") == []
    assert feeder.lag().waiting == 1
    assert feeder.feed() == 1
    assert found(letters, "type:refund") == [letter_id]
    assert feeder.lag().waiting == 0


def test_a_crash_between_index_and_outbox_repeats_the_turn_and_changes_nothing(
    catalogue: Catalogue,
    objects: ObjectStore,
    feeder: Feeder,
    letters: DocumentIndex,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    letter_id = file_letter(catalogue, objects, "The meter is broken")

    def power_cut(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(outbox, "settle", power_cut)
    with pytest.raises(KeyboardInterrupt):
        feeder.feed()
    monkeypatch.undo()
    assert feeder.lag().waiting == 1
    assert feeder.feed() == 1
    assert found(letters, "meter") == [letter_id]
    assert letters.count(Query(), EVERYBODY) == 1


def test_what_the_index_refuses_is_parked_with_its_reason_until_it_changes_and_the_rest_goes_on(
    catalogue: Catalogue,
    objects: ObjectStore,
    feeder: Feeder,
    letters: DocumentIndex,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refused, other = (file_letter(catalogue, objects, text) for text in ("too large", "The meter is broken"))
    commit = letters.commit

    def refusing(sequence: int = 0) -> tuple[Refused, ...]:
        commit(sequence)
        with catalogue.reading() as connection:
            return (Refused(refused, documents.get(connection, refused).version, "too large"),)

    monkeypatch.setattr(letters, "commit", refusing)
    assert feeder.feed() == 2
    assert found(letters, "meter") == [other]
    assert (feeder.lag().waiting, feeder.feed()) == (0, 0)
    with catalogue.reading() as connection:
        (parked,) = outbox.parked(connection)
    assert (parked.change.key, parked.reason) == (refused, "too large")
    monkeypatch.undo()
    with catalogue.writing() as connection:
        change_type(connection, refused, "refund")
    assert feeder.feed() == 1
    with catalogue.reading() as connection:
        assert outbox.parked(connection) == []


def test_a_reindex_offers_again_what_was_refused(
    catalogue: Catalogue, objects: ObjectStore, feeder: Feeder, letters: DocumentIndex
) -> None:
    letter_id = file_letter(catalogue, objects, "too large")
    feeder.feed()
    with catalogue.writing() as connection:
        version = documents.get(connection, letter_id).version
        outbox.park(connection, [outbox.Parked(outbox.Change("document", letter_id, version), "too large")])
    assert feeder.lag().waiting == 0
    feeder.reindex()
    with catalogue.reading() as connection:
        assert outbox.parked(connection) == []
    assert found(letters, "large") == [letter_id]


def test_whose_letter_is_is_indexed_though_it_was_merged_while_its_letter_was_being_indexed(
    catalogue: Catalogue,
    objects: ObjectStore,
    feeder: Feeder,
    letters: DocumentIndex,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The letter keeps its version: what the index was given of before the merge must not pass for what is to be indexed."""
    load_customers(catalogue, tmp_path, "1,person,Poole,Ada,A-1,north", "2,person,Poole,Ada,A-2,north")
    letter_id = file_letter(catalogue, objects, "The meter is broken")
    with catalogue.writing() as connection:
        connection.execute(update(document).where(document.c.id == letter_id).values(customer_id=2))
    real = letters.commit

    def merging_meanwhile(sequence: int = 0) -> object:
        monkeypatch.undo()
        merging.merge(catalogue, EVERYBODY, 2, 1, "the same woman")
        return real(sequence)

    monkeypatch.setattr(letters, "commit", merging_meanwhile)
    feeder.feed()
    while feeder.feed():
        pass
    (hit,) = letters.search(Query("meter"), EVERYBODY).hits
    assert hit.thing.customer_id == 1


def test_an_index_that_is_away_keeps_the_changes_waiting(
    catalogue: Catalogue,
    objects: ObjectStore,
    feeder: Feeder,
    letters: DocumentIndex,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file_letter(catalogue, objects, "The meter is broken")

    def away(*_: object) -> int:
        raise EngineAway("the disk is full")

    monkeypatch.setattr(letters, "commit", away)
    with pytest.raises(EngineAway):
        feeder.feed()
    assert feeder.lag().waiting == 1


def test_where_another_process_feeds_this_one_leaves_it_the_work(
    catalogue: Catalogue, objects: ObjectStore, feeder: Feeder, tmp_path: Path
) -> None:
    file_letter(catalogue, objects, "The meter is broken")
    other = in_tantivy.documents(tmp_path / "documents")
    other.put_many([])
    assert feeder.feed() == 0
    assert feeder.lag().waiting == 1
    other.release()
    assert feeder.feed() == 1


def test_the_write_lock_is_let_go_when_there_is_nothing_more_to_do(
    catalogue: Catalogue, objects: ObjectStore, feeder: Feeder, tmp_path: Path
) -> None:
    for number in range(3):
        file_letter(catalogue, objects, f"letter {number}")
    other = in_tantivy.documents(tmp_path / "documents")
    assert feeder.feed(limit=2) == 2
    with pytest.raises(AnotherWrites):
        other.put_many([])
    assert feeder.feed(limit=2) == 1
    other.put_many([])
    other.release()


def test_a_lost_reading_does_not_hold_up_the_feed(
    catalogue: Catalogue, objects: ObjectStore, feeder: Feeder, letters: DocumentIndex
) -> None:
    lost, good = file_letter(catalogue, objects, "lost"), file_letter(catalogue, objects, "good")
    with catalogue.reading() as connection:
        reading = connection.execute(select(document.c.reading).where(document.c.id == lost)).scalar_one()
    objects.remove(reading)
    assert feeder.feed() == 2
    assert found(letters, "type:claim") == [lost, good]


def test_a_document_that_is_gone_leaves_the_index(
    catalogue: Catalogue, objects: ObjectStore, feeder: Feeder, letters: DocumentIndex
) -> None:
    letter_id = file_letter(catalogue, objects, "The meter is broken")
    feeder.feed()
    with catalogue.writing() as connection:
        version = documents.get(connection, letter_id).version
        connection.execute(delete(document).where(document.c.id == letter_id))
        outbox.announce(connection, "document", [(letter_id, version + 1)])
    feeder.feed()
    assert found(letters, "meter") == []


def test_a_rebuild_holds_all_that_is_on_record_and_nothing_else(
    catalogue: Catalogue,
    objects: ObjectStore,
    feeder: Feeder,
    letters: DocumentIndex,
    people: CustomerIndex,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(feeding, "_REBUILD_CHUNK", 2)
    monkeypatch.setattr(feeding, "_REBUILD_COMMIT", 4)
    kept = [file_letter(catalogue, objects, f"letter number {number}") for number in range(7)]
    load_customers(catalogue, tmp_path, *(f"{n},person,Poole,Mary,{n:05},north" for n in range(5)))
    while feeder.feed():
        pass
    with catalogue.writing() as connection:
        connection.execute(delete(document).where(document.c.id == kept.pop()))  # unannounced: the index is wrong now
    seen: list[tuple[str, int]] = []
    feeder.reindex(lambda kind, count: seen.append((kind, count)))
    assert found(letters, "letter") == kept
    assert len(found(people, "poole")) == 5
    assert seen[-1] == ("customer", 5)
    assert ("document", 6) in seen


def test_what_changes_during_a_rebuild_is_found_at_once_and_afterwards(
    catalogue: Catalogue,
    objects: ObjectStore,
    feeder: Feeder,
    letters: DocumentIndex,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(feeding, "_REBUILD_CHUNK", 2)
    kept = [file_letter(catalogue, objects, f"letter number {number}") for number in range(4)]
    feeder.feed()
    reader = in_tantivy.documents(tmp_path / "documents")
    during: list[list[int]] = []

    def clerk_at_work(kind: str, count: int) -> None:
        if (kind, count) == ("document", 2):
            with catalogue.writing() as connection:
                change_type(connection, kept[0], "refund")
            kept.append(file_letter(catalogue, objects, "letter that came meanwhile"))
        elif count == 4:
            during.append(found(reader, "type:refund") + found(reader, "meanwhile"))

    feeder.reindex(clerk_at_work)
    assert during == [[kept[0], kept[-1]]]
    assert found(reader, "letter") == kept
    assert found(reader, "type:refund") == [kept[0]]
    assert feeder.lag().waiting == 0


def test_a_rebuild_waits_for_another_writer_and_gives_up_in_the_end(feeder: Feeder, tmp_path: Path) -> None:
    other = in_tantivy.documents(tmp_path / "documents")
    other.put_many([])
    with pytest.raises(AnotherWrites):
        feeder.reindex(wait_s=0.1)
    other.release()
    feeder.reindex(wait_s=0.1)


def test_an_index_of_another_version_asks_for_a_rebuild_and_is_mended_by_it(
    catalogue: Catalogue, objects: ObjectStore, feeder: Feeder, letters: DocumentIndex, tmp_path: Path
) -> None:
    letter_id = file_letter(catalogue, objects, "The meter is broken")
    feeder.feed()
    pointer = tmp_path / "documents" / "current"
    pointer.write_text(json.dumps(json.loads(pointer.read_text()) | {"layout": 0}))
    reader = in_tantivy.documents(tmp_path / "documents")
    ask: list[Callable[[], object]] = [lambda: found(reader, "meter"), lambda: reader.put_many([])]
    for refused in ask:
        with pytest.raises(EngineAway, match="dossier reindex"):
            refused()
    feeder.reindex()
    assert found(reader, "meter") == found(letters, "meter") == [letter_id]


def test_a_damaged_index_is_an_error_and_never_an_empty_answer(
    catalogue: Catalogue, objects: ObjectStore, feeder: Feeder, tmp_path: Path
) -> None:
    letter_id = file_letter(catalogue, objects, "The meter is broken")
    feeder.feed()
    (generation,) = (tmp_path / "documents").glob("0*")
    (generation / "meta.json").write_text("{}")
    reader = in_tantivy.documents(tmp_path / "documents")
    with pytest.raises(EngineAway, match="dossier reindex"):
        found(reader, "meter")
    feeder.reindex()
    assert found(reader, "meter") == [letter_id]
