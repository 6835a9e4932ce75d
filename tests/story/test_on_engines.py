"""The same mail on real servers ends as on one machine: letter by letter, in the ledger, in every number."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.killing import ROOT, dossier, finish, kill_often, prepare
from tests.on_engines import fresh_bucket, fresh_database, fresh_prefix
from tests.story.mailbag import MAILBAG, TakenIn, take_in_mailbag

KILLS = 5
MIXES = [("minio", "elasticsearch"), ("versitygw", "opensearch")]


@pytest.fixture(params=MIXES, ids="-".join)
def engines(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Catalogue, originals and index each on a server, all empty."""
    store, index = request.param
    with fresh_database() as catalogue, fresh_bucket(store) as objects, fresh_prefix(index) as search:
        monkeypatch.setenv("DOSSIER_CATALOGUE_URL", catalogue)
        monkeypatch.setenv("DOSSIER_OBJECTS_URL", objects)
        monkeypatch.setenv("DOSSIER_SEARCH_URL", search)
        yield


@pytest.mark.engine
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("engines")
def test_the_mailbag_ends_as_on_one_machine(mailbag: TakenIn, tmp_path: Path) -> None:
    assert take_in_mailbag(tmp_path).final == mailbag.final
    for words in ("показания", "meter reading", "Underhill"):
        assert found(tmp_path, words) == found(mailbag.home, words) != set()


def found(home: Path, words: str) -> set[str]:
    """What a search finds, by the numbers and names that are the same in every archive of this mail."""
    lines = dossier(home, "find", words)
    return {str(line.get("registration_number") or line.get("name") or line) for line in lines}


@pytest.mark.engine
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("engines")
def test_killed_on_engines_it_ends_the_same(mailbag: TakenIn, tmp_path: Path) -> None:
    prepare(tmp_path, ROOT / "seed" / "customers.csv")
    kill_often(tmp_path, [MAILBAG], KILLS, seed=1, longest_s=8.0)
    assert finish(tmp_path, [MAILBAG]) == mailbag.final
