"""`dossier dedup` on the directory, as an operator uses it: run, apply, undo, review, and a model put right by what was said."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from archive.adapters.in_sqlite import SqliteCatalogue
from archive.schema import customer, pair_label
from tests.faults.killing import COMMAND, ROOT, dossier
from tests.linkage_people import people
from tests.linkage_writing import written


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory of made-up people, matched once."""
    place = tmp_path_factory.mktemp("directory")
    dossier(place / "home", "customers", "import", str(written(people(300).rows, place / "people.csv")))
    found = dossier(place / "home", "dedup", "run")[0]
    assert found["records"] > 500 and found["to_merge"] > 100 and found["review"] > 0
    return place / "home"


def merged(home: Path) -> int:
    catalogue = SqliteCatalogue(home / "catalogue.db")
    with catalogue.reading() as connection:
        query = select(func.count()).select_from(customer).where(customer.c.survivor_id.is_not(None))
        count = connection.execute(query).scalar_one()
    catalogue.close()
    return count


def refusal(home: Path, *words: str) -> str:
    done = subprocess.run(
        [*COMMAND, *words, "--home", str(home)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0 and not done.stdout
    return done.stderr


def typed(home: Path, keys: str) -> str:
    done = subprocess.run(
        [*COMMAND, "dedup", "review", "--home", str(home)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        input=keys,
    )
    return done.stdout + done.stderr


def review(home: Path, *words: str) -> list[dict[str, Any]]:
    return dossier(home, "dedup", "review", *words)


def test_a_dry_run_lists_applying_merges_and_undoing_takes_back(home: Path) -> None:
    (run,) = dossier(home, "dedup", "runs")
    planned = dossier(home, "dedup", "apply", "--dry-run")
    assert len(planned) == run["to_merge"] and merged(home) == 0
    done = dossier(home, "dedup", "apply")[0]
    assert done["merged"] == len(planned) == merged(home)
    assert dossier(home, "dedup", "apply", "--dry-run") == []
    undone = dossier(home, "dedup", "undo", str(run["run"]), "--reason", "a trial")[0]
    assert undone["undone"] == len(planned) and merged(home) == 0
    assert dossier(home, "dedup", "runs")[0]["undone"] == len(planned)
    assert "there is no run 9" in refusal(home, "dedup", "undo", "9", "--reason", "no")


def test_pairs_are_listed_shown_decided_and_taken_back(home: Path) -> None:
    listed = review(home)
    assert [one["worth"] for one in listed] == sorted((one["worth"] for one in listed), reverse=True)
    first = str(listed[0]["id"])
    shown = review(home, first)[0]
    assert shown["entry"]["id"] == int(first) and shown["lines"] and shown["weighed"][0]["told"]
    assert review(home, first, "--later")[0]["state"] == "later"
    assert len(review(home, "--state", "later")) == 1
    assert review(home, first, "--undo")[0]["state"] == "waiting"
    kin = review(home, first, "--relatives", "twins", "--reason", "both came")[0]
    assert (kin["state"], kin["kind"], kin["reason"]) == ("relatives", "twins", "both came")
    assert "decided already" in refusal(home, "dedup", "review", first, "--same")
    review(home, first, "--undo")
    assert "say one thing" in refusal(home, "dedup", "review", first, "--same", "--different")
    assert "by its number" in refusal(home, "dedup", "review", "--same")
    assert "no kind of relatives" in refusal(home, "dedup", "review", first, "--relatives", "neighbours")
    assert dossier(home, "dedup", "explain", str(kin["low_id"]), str(kin["high_id"]))[0]["said"]


def test_one_pair_after_the_other_is_asked_at_the_terminal(home: Path) -> None:
    before = [one["id"] for one in review(home)]
    said = typed(home, "l\nr\n3\nu\nn\nq\n")
    assert "later" in said and "relatives (siblings)" in said
    now = [one["id"] for one in review(home)]
    assert len(now) == len(before) - 1, "one put off; the other was taken back"
    review(home, str(before[0]), "--undo")
    assert typed(home, "n\n" * (len(before) + 1)).count("no more pairs") == 1


def test_a_model_is_measured_on_what_people_said_and_a_worse_one_does_not_take_over(home: Path) -> None:
    people_file = str(home.parent / "people.csv")
    assert dossier(home, "dedup", "train", people_file)[0]["labels"] == 0
    catalogue = SqliteCatalogue(home / "catalogue.db")
    _say_of_pairs(catalogue)
    told = dossier(home, "dedup", "train")[0]
    assert told["labels"] == 60 and told["corrected"] and told["log_loss"] < told["log_loss_learnt"]
    assert not told["active"]
    dossier(home, "dedup", "activate", told["model"])
    worse = dossier(home, "dedup", "models")[0]["model"]
    assert "is worse than the active one" in refusal(home, "dedup", "activate", worse)
    assert "is worse than the active one" in refusal(home, "dedup", "activate", worse)
    dossier(home, "dedup", "activate", worse, "--anyway")
    assert next(one for one in dossier(home, "dedup", "models") if one["active"])["model"] == worse
    assert dossier(home, "dedup", "rollback")[0]["model"] == told["model"]
    catalogue.close()


def _say_of_pairs(catalogue: SqliteCatalogue) -> None:
    """Thirty clerks said that pairs of which the model is nearly sure are relatives after all: it is too sure of itself."""
    levels = '{"birth": "differs", "dwelling": "equal", "given": "known", "name": "rare", "phone": "equal"}'
    with catalogue.writing() as connection:
        ids = list(connection.execute(select(customer.c.id).order_by(customer.c.id).limit(120)).scalars())
        for low, high in zip(ids[::2], ids[1::2], strict=True):
            row = {"low_id": low, "high_id": high, "party": "person", "verdict": "different", "levels": levels}
            row |= {"source": "review", "at": "2026-01-01", "actor": "test"}
            if (low // 2) % 4 == 0:
                row |= {"verdict": "same"}
            connection.execute(pair_label.insert().values(row))
