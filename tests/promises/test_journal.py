"""Promise 8: every change is journalled, append-only, chained; what was changed afterwards is found."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, delete, insert, select, text, update

from archive import journal, journal_proof, looks
from archive.access import Access, Role, system
from archive.errors import Forbidden, NotFound
from archive.ports import Catalogue, ObjectStore
from archive.schema import access_log, journal_block, journal_entry


def _write(catalogue: Catalogue, count: int, start: int = 0) -> None:
    with catalogue.writing() as connection:
        for number in range(start, start + count):
            journal.write(connection, "system:test", "document.filed", f"document:{number}", None, {"state": "filed"})


@pytest.fixture
def sealed(catalogue: Catalogue) -> Catalogue:
    for start in (0, 10, 20):
        _write(catalogue, 10, start)
        assert journal.seal(catalogue) == 10
    return catalogue


def _kinds(catalogue: Catalogue) -> set[str]:
    with catalogue.reading() as connection:
        return {problem.kind for problem in journal_proof.verify(connection)}


def test_a_true_journal_has_no_problems(sealed: Catalogue) -> None:
    assert _kinds(sealed) == set()


def test_sealing_leaves_nothing_pending_and_is_safe_to_repeat(sealed: Catalogue) -> None:
    assert journal.seal(sealed) == 0
    with sealed.reading() as connection:
        assert journal.pending(connection) == 0


def test_more_than_a_block_is_sealed_at_once(catalogue: Catalogue) -> None:
    _write(catalogue, journal.BLOCK_ENTRIES + 5)
    assert journal.seal(catalogue) == journal.BLOCK_ENTRIES + 5
    assert _kinds(catalogue) == set()


def test_an_entry_that_is_rolled_back_leaves_no_trace(catalogue: Catalogue) -> None:
    def fail() -> None:
        with catalogue.writing() as connection:
            journal.write(connection, "a", "b", "c:1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert journal.seal(catalogue) == 0


def _change_payload(connection: Connection) -> None:
    connection.execute(update(journal_entry).where(journal_entry.c.id == 5).values(payload='{"after":"other"}'))


def _change_payload_and_its_digest(connection: Connection) -> None:
    payload = '{"after":"other"}'
    values = {"payload": payload, "payload_digest": journal.digest_of(payload)}
    connection.execute(update(journal_entry).where(journal_entry.c.id == 5).values(values))


def _change_actor(connection: Connection) -> None:
    connection.execute(update(journal_entry).where(journal_entry.c.id == 5).values(actor="somebody else"))


def _remove_entry(connection: Connection) -> None:
    connection.execute(delete(journal_entry).where(journal_entry.c.id == 15))


def _insert_entry(connection: Connection) -> None:
    row = connection.execute(select(journal_entry).where(journal_entry.c.id == 15)).mappings().one()
    connection.execute(insert(journal_entry).values({**row, "id": 99, "place": 10}))


def _swap_places(connection: Connection) -> None:
    connection.execute(text("UPDATE journal_entry SET place = 15 - place WHERE id IN (18, 19)"))


def _change_block(connection: Connection) -> None:
    connection.execute(update(journal_block).where(journal_block.c.id == 2).values(sealed_at="2020-01-01T00:00:00"))


def _remove_block(block: int) -> Callable[[Connection], None]:
    def remove(connection: Connection) -> None:
        connection.execute(delete(journal_entry).where(journal_entry.c.block_id == block))
        connection.execute(delete(journal_block).where(journal_block.c.id == block))

    return remove


def _lose_payload(connection: Connection) -> None:
    connection.execute(update(journal_entry).where(journal_entry.c.id == 5).values(payload=None))


@pytest.mark.parametrize(
    ("tamper", "kind"),
    [
        pytest.param(_change_payload, "entry_changed", id="a changed payload"),
        pytest.param(_change_payload_and_its_digest, "entry_changed", id="a changed payload with a digest that fits"),
        pytest.param(_change_actor, "entry_changed", id="a changed actor"),
        pytest.param(_remove_entry, "entry_removed", id="a removed entry"),
        pytest.param(_insert_entry, "entry_inserted", id="an inserted entry"),
        pytest.param(_swap_places, "entry_changed", id="two entries that changed places"),
        pytest.param(_change_block, "block_changed", id="a changed block"),
        pytest.param(_remove_block(1), "block_removed", id="the first block removed with its entries"),
        pytest.param(_remove_block(2), "block_removed", id="a middle block removed with its entries"),
        pytest.param(_remove_block(3), "block_removed", id="the last block removed with its entries"),
        pytest.param(_lose_payload, "entry_changed", id="a payload lost without an erasure"),
    ],
)
def test_verify_finds(sealed: Catalogue, tamper: Callable[[Connection], None], kind: str) -> None:
    with sealed.writing() as connection:
        tamper(connection)
    assert kind in _kinds(sealed)


def test_a_lawfully_erased_payload_still_verifies(sealed: Catalogue) -> None:
    with sealed.writing() as connection:
        journal.erase(connection, 5, "clerk", "the customer asked for it")
    assert _kinds(sealed) == set()
    journal.seal(sealed)
    assert _kinds(sealed) == set()


def test_erasing_what_is_not_there_is_refused(sealed: Catalogue) -> None:
    with sealed.writing() as connection, pytest.raises(NotFound):
        journal.erase(connection, 4711, "clerk", "")


def test_two_sealers_make_one_chain(catalogue: Catalogue) -> None:
    _write(catalogue, journal.BLOCK_ENTRIES * 4)
    counts: list[int] = []
    sealers = [threading.Thread(target=lambda: counts.append(journal.seal(catalogue))) for _ in range(2)]
    for sealer in sealers:
        sealer.start()
    for sealer in sealers:
        sealer.join()
    assert sum(counts) == journal.BLOCK_ENTRIES * 4
    assert _kinds(catalogue) == set()


def test_a_chunk_is_one_entry_whose_root_depends_on_every_item(catalogue: Catalogue) -> None:
    with catalogue.writing() as connection:
        journal.write_chunk(connection, "a", "customers.loaded", "import_run:1", ["1", "2", "3"])
        journal.write_chunk(connection, "a", "customers.loaded", "import_run:1", ["1", "2", "4"])
        first, second = connection.execute(select(journal_entry.c.payload)).scalars()
    assert '"count":3' in first
    assert first.split("merkle_root")[1][:20] != second.split("merkle_root")[1][:20]


def test_an_anchored_journal_can_not_be_rewritten_from_the_start(sealed: Catalogue, objects: ObjectStore) -> None:
    today = datetime.now(UTC).date()
    digest = journal_proof.anchor(sealed, objects, today)
    assert digest is not None
    assert objects.verify(digest)
    assert journal_proof.anchor(sealed, objects, today) == digest
    with sealed.reading() as connection:
        assert list(journal_proof.verify_anchors(connection, objects)) == []
    with sealed.writing() as connection:  # all away, and a new chain that proves true in itself
        for statement in ("DELETE FROM journal_entry", "DELETE FROM journal_block", "DELETE FROM archive_fact"):
            connection.execute(text(statement + (" WHERE name = 'journal_head'" if "fact" in statement else "")))
    _write(sealed, 10)
    journal.seal(sealed)
    assert _kinds(sealed) == set()
    with sealed.reading() as connection:
        kinds = [problem.kind for problem in journal_proof.verify_anchors(connection, objects)]
    assert kinds == ["journal_rewritten"]


def test_a_forged_anchor_is_found(sealed: Catalogue, objects: ObjectStore) -> None:
    assert journal_proof.anchor(sealed, objects, datetime.now(UTC).date())
    with sealed.writing() as connection:
        connection.execute(text("UPDATE archive_fact SET secret = x'00' WHERE name = 'anchor_key'"))
    with sealed.reading() as connection:
        kinds = [problem.kind for problem in journal_proof.verify_anchors(connection, objects)]
    assert kinds == ["anchor_damaged"]


def test_who_looked_at_whom_is_kept_and_shown_to_those_who_may_ask(catalogue: Catalogue) -> None:
    keeper = looks.LookKeeper(catalogue)
    keeper.note("anna", "read", "customer:17", why="a call")
    keeper.close()
    with catalogue.reading() as connection:
        assert connection.execute(select(access_log.c.actor)).scalar_one() == "anna"
        found = looks.find(connection, system("test"), looks.Asked(customer=17))
        assert [(look.actor, look.why) for look in found] == [("anna", "a call")]
        for role in set(Role) - {Role.ADMIN}:
            with pytest.raises(Forbidden):
                looks.find(connection, Access("eve", frozenset({role}), None), looks.Asked(customer=17))
        with pytest.raises(Forbidden):
            looks.find(connection, Access("ada", frozenset(Role), frozenset({"12"})), looks.Asked(customer=17))
