"""A kill of the whole process group at any moment loses nothing and files nothing twice."""

from pathlib import Path

import pytest

from tests.faults.killing import ROOT, finish, kill_often, prepare
from tests.story.mailbag import MAILBAG, TakenIn

KILLS = 25


@pytest.mark.timeout(900)
def test_killed_intake_ends_like_an_undisturbed_one(mailbag: TakenIn, tmp_path: Path) -> None:
    done, rounds = 0, 0
    while done < KILLS:
        home = tmp_path / str(rounds)
        prepare(home, ROOT / "seed" / "customers.csv")
        done += kill_often(home, [MAILBAG], KILLS - done, seed=rounds, longest_s=4.0 + rounds)
        final = finish(home, [MAILBAG])
        assert final.answers == mailbag.final.answers
        assert final.ledger == mailbag.final.ledger
        assert final.registration_numbers == mailbag.final.registration_numbers
        assert final.problems == []
        rounds += 1
