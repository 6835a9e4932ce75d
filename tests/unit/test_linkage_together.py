"""What clusters say together, and what is proposed of records of one name and home."""

from __future__ import annotations

import numpy as np
import pytest

from dedup.linkage.clustering import Scored
from dedup.linkage.levels import DWELLING, EMAIL, FIELDS, GIVEN, NAME, NAMESAKE, PHONE, PLACE, TAX_ID
from dedup.linkage.namesakes import proposals
from dedup.linkage.patterns import packed, unpacked
from dedup.linkage.together import said_together

ALIKE = {NAME: 5, GIVEN: 5, NAMESAKE: 2}


def scored(pairs: dict[tuple[int, int], dict[int, int]], doubt: float = np.inf) -> Scored:
    """Pairs of rows by their levels, each as likely as not, and of none something differs."""
    ends = np.array(list(pairs), dtype=np.int64)
    codes = np.zeros((len(pairs), len(FIELDS)), dtype=np.uint8)
    for at, levels in enumerate(pairs.values()):
        for field, level in levels.items():
            codes[at, field] = level
    no, zeros = np.zeros(len(pairs), dtype=bool), np.zeros(len(pairs), dtype=np.int64)
    return Scored(
        ends[:, 0],
        ends[:, 1],
        np.full(len(pairs), 2.0),
        no,
        no,
        np.full(len(pairs), doubt),
        no,
        no,
        packed(codes, zeros),
    )


def together(pairs: dict[tuple[int, int], dict[int, int]], labels: list[int]) -> dict[tuple[int, int], dict[int, int]]:
    found, patterns = said_together(np.array(labels), scored(pairs))
    said = ({at: int(level) for at, level in enumerate(line) if level} for line in unpacked(patterns))
    return {(int(key >> 32), int(key & 0xFFFFFFFF)): line for key, line in zip(found, said, strict=True)}


def test_what_one_record_leaves_out_another_of_the_same_customer_says() -> None:
    pairs = {
        (0, 1): ALIKE | {TAX_ID: 3},
        (0, 2): ALIKE | {PHONE: 3},
        (1, 2): ALIKE | {PHONE: 1, EMAIL: 1},
        (2, 3): ALIKE | {PHONE: 1},
    }
    found = together(pairs, [0, 0, 2, 3])
    assert found == {(0, 2): ALIKE | {PHONE: 3, EMAIL: 1}, (2, 3): ALIKE | {PHONE: 1}}


def test_a_name_that_rules_out_a_namesake_does_so_for_all_and_a_dwelling_leaves_its_town_nothing_to_say() -> None:
    pairs = {(0, 2): ALIKE | {PLACE: 5}, (1, 2): ALIKE | {NAMESAKE: 1, DWELLING: 5}}
    assert together(pairs, [0, 0, 2]) == {(0, 2): ALIKE | {NAMESAKE: 1, DWELLING: 5}}


def test_where_no_clusters_are_left_apart_nothing_is_said() -> None:
    assert together({(0, 1): ALIKE}, [0, 0]) == {}


@pytest.mark.parametrize(("labels", "risk"), [([0, 1], 0.1), ([0, 0, 0, 0, 4], 0.1), ([0, 1, 2], 0.3)])
def test_whose_a_bare_record_is_does_not_depend_on_how_many_the_known_one_has(labels: list[int], risk: float) -> None:
    ends = sorted(set(labels))
    pairs = {(one, other): ALIKE for one in ends for other in ends if one < other}
    (proposal,) = proposals(np.array(labels), scored(pairs, doubt=0.1))
    assert proposal.risk == pytest.approx(risk) and proposal.labels == tuple(ends)
