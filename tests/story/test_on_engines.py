"""The same mail on real servers ends as on one machine: letter by letter, in the ledger, in every number."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.killing import ROOT, dossier, finish, kill_often, prepare
from tests.on_engines import fresh_database
from tests.story.mailbag import MAILBAG, TakenIn, take_in_mailbag

KILLS = 5


@pytest.mark.engine
@pytest.mark.timeout(900)
def test_the_mailbag_ends_as_on_one_machine(mailbag: TakenIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with fresh_database() as catalogue:
        monkeypatch.setenv("DOSSIER_CATALOGUE_URL", catalogue)
        taken_in = take_in_mailbag(tmp_path)
        assert taken_in.final == mailbag.final
        assert dossier(tmp_path, "find", "показания")


@pytest.mark.engine
@pytest.mark.timeout(900)
def test_killed_on_engines_it_ends_the_same(mailbag: TakenIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with fresh_database() as catalogue:
        monkeypatch.setenv("DOSSIER_CATALOGUE_URL", catalogue)
        prepare(tmp_path, ROOT / "seed" / "customers.csv")
        kill_often(tmp_path, [MAILBAG], KILLS, seed=1, longest_s=8.0)
        assert finish(tmp_path, [MAILBAG]) == mailbag.final
