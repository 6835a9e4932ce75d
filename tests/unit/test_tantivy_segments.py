"""An index that is fed in small turns for a long time stays in few pieces: every question looks into each."""

from __future__ import annotations

import json
from pathlib import Path

from search.adapters.in_tantivy import customers
from search.ports import CustomerIndex, Query
from tests.contracts.index_things import EVERYBODY, customer

_TURNS = 60
_FEW = 12


def pieces(root: Path) -> int:
    (meta,) = root.glob("*/meta.json")
    return len(json.loads(meta.read_text())["segments"])


def fed_in_turns(index: CustomerIndex, turns: int, first: int = 1) -> None:
    for turn in range(first, first + turns):
        index.put_many([customer(turn, f"Customer {turn}")])
        index.commit(turn)
        index.release()


def test_many_small_turns_leave_few_pieces(tmp_path: Path) -> None:
    fed_in_turns(customers(tmp_path), _TURNS)
    assert pieces(tmp_path) <= _FEW


def test_what_was_not_committed_is_forgotten_and_hinders_no_later_turn(tmp_path: Path) -> None:
    index = customers(tmp_path)
    fed_in_turns(index, 9)
    index.put_many([customer(99, "Nobody")])
    index.release()
    fed_in_turns(index, 9, first=10)
    assert index.last_sequence() == 18
    assert index.count(Query(text=""), EVERYBODY) == 18
    assert pieces(tmp_path) <= _FEW
