"""Verify finds what is planted: each fault under its own name, and nothing where all is well."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from archive import journal, journal_proof, numbers
from archive.access import Access, Role, system
from archive.errors import Forbidden
from archive.verifying import verify
from tests.small_archive import SmallArchive


def found(archive: SmallArchive) -> dict[str, list[str]]:
    """Kind → subjects."""
    result: dict[str, list[str]] = {}
    for problem in verify(archive.catalogue, archive.objects, system("test")):
        assert problem.words
        result.setdefault(problem.kind, []).append(problem.subject)
    return result


def spoil(archive: SmallArchive, *statements: str) -> None:
    """Change rows behind the archive's back, as an editor of the database file would."""
    with archive.catalogue.writing() as connection:
        connection.execute(text("PRAGMA defer_foreign_keys=ON"))
        for statement in statements:
            connection.execute(text(statement))
    # Foreign keys are enforced at commit; what a real editor breaks without them is broken here one table at a time.


def test_a_sound_archive_has_no_problems(archive: SmallArchive) -> None:
    assert found(archive) == {}


def test_a_flipped_byte_is_found(archive: SmallArchive, tmp_path: Path) -> None:
    digest, _ = archive.keep(b"second")
    path = tmp_path / "objects" / digest[:2] / digest[2:4] / digest
    path.chmod(0o644)
    path.write_bytes(b"sEcond")
    assert found(archive) == {"object_damaged": [f"object:{digest}"]}


def test_lost_bytes_are_found(archive: SmallArchive) -> None:
    digest, _ = archive.keep(b"second")
    archive.objects.remove(digest)
    assert found(archive) == {"object_missing": [f"object:{digest}"]}


def test_bytes_without_a_row_are_named_and_harmless(archive: SmallArchive) -> None:
    digest, _ = archive.objects.put(io.BytesIO(b"left by a crash"))
    problems = list(verify(archive.catalogue, archive.objects, system("test")))
    assert [(p.kind, p.subject, p.harmless) for p in problems] == [("leftover", f"object:{digest}", True)]


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        pytest.param(
            ["UPDATE journal_entry SET actor = 'somebody' WHERE id = 3"],
            {"entry_changed"},
            id="a changed journal entry",
        ),
        pytest.param(["DELETE FROM journal_entry WHERE id = 3"], {"entry_removed"}, id="a removed journal entry"),
        pytest.param(
            ["UPDATE document SET registration_number = NULL WHERE id = 2"], {"number_missing"}, id="a removed number"
        ),
        pytest.param(
            ["UPDATE counter SET last = last - 1 WHERE register = 'receipt'"],
            {"number_beyond"},
            id="a counter set back",
        ),
        pytest.param(
            ["DELETE FROM document WHERE id = 4"],
            {"number_missing", "ledger_unbalanced"},
            id="a removed letter",
        ),
        pytest.param(["DELETE FROM arrival WHERE id = 4"], {"number_missing"}, id="a removed arrival"),
        pytest.param(
            ["DELETE FROM filing WHERE case_id IS NOT NULL", "DELETE FROM case_"],
            {"number_missing"},
            id="a removed case",
        ),
        pytest.param(["DELETE FROM filing WHERE folder_id IS NOT NULL"], {"filed_nowhere"}, id="a removed filing"),
        pytest.param(
            ["UPDATE document SET state = 'review' WHERE id = 1"], {"filing_of_unfiled"}, id="a changed state"
        ),
        pytest.param(
            ["UPDATE document SET customer_id = NULL WHERE id = 1"], {"filed_without_customer"}, id="a lost customer"
        ),
        pytest.param(["UPDATE document SET reason = '' WHERE id = 2"], {"state_without_reason"}, id="a lost reason"),
        pytest.param(
            ["UPDATE document SET duplicate_of = NULL WHERE id = 3"],
            {"duplicate_of_nothing"},
            id="a duplicate of nothing",
        ),
        pytest.param(
            ["UPDATE document SET duplicate_of = 3 WHERE id = 3"], {"duplicate_of_nothing"}, id="a duplicate of itself"
        ),
        pytest.param(
            [
                "INSERT INTO branch (code, name) VALUES ('13', 'East')",
                "UPDATE document SET branch = '13' WHERE id = 2",
                "UPDATE document SET duplicate_of = 3 - id WHERE id IN (1, 2)",
            ],
            {"duplicate_of_nothing", "ledger_unbalanced"},
            id="letters of two branches that repeat each other",
        ),
        pytest.param(
            ["UPDATE document SET duplicate_of = 4 WHERE id = 2"],
            {"duplicate_of_nothing"},
            id="a repetition of a later letter",
        ),
        pytest.param(
            ["UPDATE document SET page_to = 4 WHERE id = 2"],
            {"pages_unaccounted", "ledger_unbalanced"},
            id="a page in no letter",
        ),
        pytest.param(
            ["UPDATE document SET page_to = 4, page_from = 3 WHERE id = 2"],
            {"pages_unaccounted"},
            id="a page in a letter that is a separator",
        ),
        pytest.param(
            ["UPDATE document SET arrival_id = 2, ordinal = 9 WHERE id = 2"],
            {"pages_unaccounted"},
            id="a letter moved to another arrival",
        ),
        pytest.param(
            ["UPDATE document SET reading = 'nothing' WHERE id = 1"],
            {"reading_missing"},
            id="a reading that is no object",
        ),
        pytest.param(["UPDATE directory_size SET customers = 2"], {"customers_missing"}, id="a removed customer"),
        pytest.param(
            [
                "INSERT INTO outbox (kind, key, version, changed_at)"
                " VALUES ('document', 1, 1, '2020-01-01T00:00:00.000000+00:00')"
            ],
            {"index_behind"},
            id="an index behind",
        ),
    ],
)
def test_verify_finds(archive: SmallArchive, statements: list[str], expected: set[str]) -> None:
    spoil(archive, *statements)
    assert set(found(archive)) == expected


def test_a_voided_number_is_no_gap(archive: SmallArchive) -> None:
    year = datetime.now(UTC).year
    with archive.catalogue.writing() as connection:
        numbers.void(connection, numbers.next_number(connection, "12", "receipt", year), "given in error", "anna")
    assert found(archive) == {}


def test_a_rewritten_journal_is_found_by_its_anchor(archive: SmallArchive) -> None:
    assert journal_proof.anchor(archive.catalogue, archive.objects, datetime.now(UTC).date())
    assert found(archive) == {}
    spoil(
        archive,
        "DELETE FROM journal_entry",
        "DELETE FROM journal_block",
        "DELETE FROM archive_fact WHERE name = 'journal_head'",
    )
    with archive.catalogue.writing() as connection:
        journal.write(connection, "eve", "rewrite", "journal:1")
    journal.seal(archive.catalogue)
    assert set(found(archive)) == {"journal_rewritten"}


def test_progress_names_every_check(archive: SmallArchive) -> None:
    seen: list[str] = []
    note: Callable[[str, int], None] = lambda what, done: seen.append(what)  # noqa: E731
    assert list(verify(archive.catalogue, archive.objects, system("test"), note)) == []
    assert set(seen) >= {"journal", "numbers", "states", "pages", "ledger", "index", "anchors", "objects", "leftovers"}


def test_who_may_not_load_may_not_verify(archive: SmallArchive) -> None:
    with pytest.raises(Forbidden):
        next(verify(archive.catalogue, archive.objects, Access("anna", frozenset({Role.STAFF}), None)))
