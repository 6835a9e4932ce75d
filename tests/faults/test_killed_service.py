"""A service on real servers, killed again and again while mail comes in over HTTP, loses nothing and files nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.kills_world import make_world
from tests.faults.killed_outcome import differences
from tests.faults.killed_service import Kills, embedded, engines, taken_in

ARRIVALS, KILLS = 60, 10


@pytest.mark.engine
@pytest.mark.timeout(900)
def test_it_ends_as_left_in_peace_on_one_machine(tmp_path: Path) -> None:
    world, (peace, war) = make_world(ARRIVALS, seed=2), (tmp_path / "peace", tmp_path / "war")
    peace.mkdir()
    war.mkdir()
    with embedded(peace) as environment:
        undisturbed = taken_in(environment, peace, world, Kills(0, 0)).outcome
    assert undisturbed.problems == []
    with engines(war) as environment:
        killed = taken_in(environment, war, world, Kills(KILLS, 2))
    assert differences(undisturbed, killed.outcome, killed.receipts) == []
    assert any(kill.in_hand for kill in killed.kills), "some kills met jobs"
