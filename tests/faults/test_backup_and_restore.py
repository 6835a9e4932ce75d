"""The drill: what was backed up is restored elsewhere, proves true, is found, and goes on counting."""

from __future__ import annotations

import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from archive.access import system
from archive.adapters.in_sqlite import SqliteCatalogue
from archive.showing.state import state
from tests.faults.killing import COMMAND, ROOT, dossier, finish, prepare
from tests.on_engines import fresh_bucket, fresh_database
from tests.story.mailbag import MAILBAG, TakenIn

NEW_LETTER = "Account number BW12267062. Edith Underhill. Please correct my last bill, the amount is wrong."


@pytest.mark.timeout(600)
def test_restored_elsewhere_everything_is_there_and_goes_on(mailbag: TakenIn, tmp_path: Path) -> None:
    copy, elsewhere = tmp_path / "backup", tmp_path / "elsewhere"
    dossier(mailbag.home, "backup", str(copy))
    again = dossier(mailbag.home, "backup", str(copy))
    assert again[0]["objects"] > 0 and again[0]["objects_sent"] == 0, "what is there is not copied anew"
    dossier(elsewhere, "restore", str(copy))
    final = finish(elsewhere, [MAILBAG])
    assert final == mailbag.final
    assert dossier(elsewhere, "find", "показания")
    letter = tmp_path / "letter.txt"
    letter.write_text(NEW_LETTER)
    number = dossier(elsewhere, "intake", str(letter))[0]["registration_number"]
    assert int(number[-7:]) == max(int(held[-7:]) for held in final.registration_numbers) + 1


@pytest.mark.timeout(600)
def test_a_backup_during_an_intake_proves_true(tmp_path: Path) -> None:
    home, copy = tmp_path / "home", tmp_path / "backup"
    prepare(home, ROOT / "seed" / "customers.csv")
    mail = [f"{MAILBAG}/email", f"{MAILBAG}/form"]
    with subprocess.Popen(
        [*COMMAND, "intake", *mail, "--home", str(home), "--json"], cwd=ROOT, stdout=-1, stderr=-3
    ) as intake:
        for _ in range(3):
            dossier(home, "backup", str(copy))
            assert [row["words"] for row in dossier(copy, "verify", check=False) if not row["harmless"]] == []
        intake.communicate()
    assert finish(copy, mail) == finish(home, mail), "the rest is taken in where the backup left off"


def test_an_archive_that_holds_something_is_not_restored_over(tmp_path: Path) -> None:
    first, other = tmp_path / "first", tmp_path / "other"
    prepare(first, ROOT / "seed" / "customers.csv")
    prepare(other, ROOT / "seed" / "customers.csv")
    dossier(first, "backup", str(tmp_path / "backup"))
    catalogue = SqliteCatalogue(first / "catalogue.db")
    with catalogue.reading() as connection:
        assert state(connection, system("test")).last_backup, "the health page tells of it"
    catalogue.close()
    with pytest.raises(AssertionError, match="another archive"):
        dossier(other, "restore", str(tmp_path / "backup"))


@pytest.mark.engine
@pytest.mark.timeout(900)
def test_the_drill_on_engines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From PostgreSQL and a bucket, while letters come in, into another database and another bucket."""
    home, copy, elsewhere = tmp_path / "home", tmp_path / "backup", tmp_path / "elsewhere"
    mail = [f"{MAILBAG}/email", f"{MAILBAG}/form"]
    with ExitStack() as stack:
        first, second = (
            (stack.enter_context(fresh_database()), stack.enter_context(fresh_bucket("minio"))) for _ in range(2)
        )
        _settle_on(monkeypatch, *first)
        prepare(home, ROOT / "seed" / "customers.csv")
        command = [*COMMAND, "intake", *mail, "--home", str(home), "--json"]
        with subprocess.Popen(command, cwd=ROOT, stdout=-1, stderr=-3) as intake:
            dossier(home, "backup", str(copy))
            intake.communicate()
        there = finish(home, mail)
        _settle_on(monkeypatch, *second)
        dossier(elsewhere, "restore", str(copy))
        assert finish(elsewhere, mail) == there, "the rest is taken in where the backup left off"
        letter = tmp_path / "letter.txt"
        letter.write_text(NEW_LETTER)
        number = dossier(elsewhere, "intake", str(letter))[0]["registration_number"]
        assert int(number[-7:]) == max(int(held[-7:]) for held in there.registration_numbers) + 1
        assert dossier(elsewhere, "find", "показания")


def _settle_on(monkeypatch: pytest.MonkeyPatch, catalogue: str, objects: str) -> None:
    monkeypatch.setenv("DOSSIER_CATALOGUE_URL", catalogue)
    monkeypatch.setenv("DOSSIER_OBJECTS_URL", objects)
